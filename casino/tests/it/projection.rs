//! What a journal says that each viewer was told: every frame that was heard must be that.

use crate::{
    bot::Bot,
    hearing::{Heard, How, print},
};
use games::Blackjack;
use parlor_core::{Applied, Audience, Effect, Game, Record, State, What, prelude::Serialize};
use parlor_test::{Database, database::Kept};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// How many lines of chat one is shown who comes anew.
const CHAT_HISTORY: usize = 50;

/// A record as the journal has it, and the line of chat beside it.
type Row = (String, Option<String>);

/// Replays the journals of the bots' tables, and compares every frame that a bot heard with what is told there. Returns how
/// many they are.
///
/// # Panics
/// Where a frame was heard that the journal does not tell that bot, or an event was not heard.
pub(crate) async fn compare_frames(bots: &[Bot], database: &Path) -> usize {
    let mut database = Database::open(database).await;
    let said = "SELECT json_array(session, seq, text) FROM chat";
    let mut said: BTreeMap<(String, u64), String> =
        database.rows(said).await.iter().map(line).collect();
    let mut journals: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for Kept { session, seq, body } in database.records().await {
        let line = said.remove(&(session.clone(), seq));
        journals.entry(session).or_default().push((body, line));
    }
    database.close().await;
    let table = |bots: &[Bot]| {
        let journal = journals.get(&bots[0].session).expect("a journal");
        let viewers = replay::<Blackjack>(journal, bots);
        viewers.iter().map(Viewer::compare).sum::<usize>()
    };
    bots.chunk_by(|one, other| one.session == other.session).map(table).sum()
}

/// A line of chat, with its session and its record's number.
fn line(row: &Value) -> ((String, u64), String) {
    let text = |n: usize| row[n].as_str().expect("a text").to_owned();
    ((text(0), row[1].as_u64().expect("a number")), text(2))
}

/// Something told, and whether it is a view, which a newer one may replace.
#[derive(Debug)]
struct Told {
    view: bool,
    print: u64,
}

/// One who hears, and what the journal says of it.
#[derive(Debug)]
struct Viewer<'a> {
    bot: &'a Bot,
    audience: Audience,
    /// By their numbers.
    told: BTreeMap<u64, Told>,
    /// The lines of chat among it.
    lines: Vec<(u64, u64)>,
    /// The numbers at which the game was shown to one who came, or asked.
    asked: BTreeSet<u64>,
    /// The game as it stood at these numbers. Records that tell nothing share one.
    shown: BTreeSet<(u64, u64)>,
}

/// Replays a journal for the bots at its table.
fn replay<'a, G: Game>(journal: &[Row], bots: &'a [Bot]) -> Vec<Viewer<'a>> {
    let records = journal.iter().map(|(body, _)| serde_json::from_str(body).expect("a record"));
    let records: Vec<Record<G>> = records.collect();
    let viewers = bots.iter().map(|bot| {
        let mut all = records.iter().filter_map(|record| record.who.as_ref());
        let player = all.find(|player| player.name == bot.name).expect("one who came").id;
        let audience = if bot.watches { Audience::Spectators } else { Audience::Player(player) };
        Viewer::new(bot, audience)
    });
    let mut viewers: Vec<Viewer<'_>> = viewers.collect();
    let mut state: Option<State<G>> = None;
    for (record, (_, line)) in records.into_iter().zip(journal) {
        let told = |applied: &Applied<G>| {
            viewers.iter_mut().for_each(|viewer| viewer.hear(applied, line.as_deref()));
        };
        match &mut state {
            None => state = Some(State::replay([record], told).expect("a creation")),
            Some(state) => state.catch_up([record], told).expect("the same again"),
        }
        let state = state.as_ref().expect("it has begun");
        viewers.iter_mut().for_each(|viewer| viewer.look(state));
    }
    viewers
}

impl<'a> Viewer<'a> {
    fn new(bot: &'a Bot, audience: Audience) -> Self {
        let lines = bot.hearing.log.iter().enumerate();
        let asked = lines.filter_map(|(line, heard)| match heard.how {
            How::Asked => Some(heard.seq..=bot.hearing.latest(line)),
            How::Loaded => Some(heard.seq..=heard.seq),
            How::Resumed | How::Anew | How::Told | How::Again => None,
        });
        let asked = asked.flatten().collect();
        let (told, lines, shown) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        Self { bot, audience, told, lines, asked, shown }
    }

    /// Notes what a record tells this viewer.
    fn hear<G: Game>(&mut self, applied: &Applied<G>, line: Option<&str>) {
        let user = json!(self.bot.name);
        for Effect { what, seq } in &applied.effects {
            let (view, text) = match what {
                What::All(event) => (false, Some(text(event))),
                What::Sent(event) => (false, Some(text(event))),
                What::One(player, event) => {
                    let mine = Audience::Player(*player) == self.audience;
                    (false, mine.then(|| text(event)))
                }
                What::Each(each) => (false, self.mine(each).map(text)),
                What::Chat => {
                    let name = &applied.record.who.as_ref().expect("one who speaks").name;
                    let data = json!({"user": name, "msg": line.expect("a line")});
                    (false, Some(text(&json!({"type": "chat_msg", "data": data}))))
                }
                What::EachView(each) => {
                    let event = self.mine(each).map(text);
                    (true, event.map(|event| format!("{},\"user\":{user}}}", open(&event))))
                }
                What::Refresh(each) => {
                    (true, self.mine(each).map(|view| load_game(&text(view), &self.bot.name)))
                }
            };
            let Some(text) = text else { continue };
            let print = print(open(&text));
            self.told.insert(*seq, Told { view, print });
            if matches!(what, What::Chat) {
                self.lines.push((*seq, print));
            }
        }
    }

    fn mine<'b, T>(&self, each: &'b [(Audience, T)]) -> Option<&'b T> {
        each.iter().find(|(audience, _)| *audience == self.audience).map(|(_, told)| told)
    }

    /// Notes the game as it stands, where the bot was shown it.
    fn look<G: Game>(&mut self, state: &State<G>) {
        if !self.asked.contains(&state.effects()) {
            return;
        }
        if let Ok(view) = state.view(self.audience) {
            let frame = load_game(&text(&view), &self.bot.name);
            self.shown.insert((state.effects(), print(open(&frame))));
        }
    }
}

/// Judging.
impl Viewer<'_> {
    /// Compares all that was heard, and says how many frames that are.
    fn compare(&self) -> usize {
        let log = &self.bot.hearing.log;
        // What is told up to here has been heard, or was a view that another one replaced; before it, nothing is to be heard.
        let (mut last, mut loaded) = (0, false);
        for (line, heard) in log.iter().enumerate() {
            let Heard { how, seq, print } = *heard;
            let is = match how {
                How::Resumed | How::Anew => {
                    (last, loaded) = (seq, false);
                    true
                }
                How::Told => {
                    self.expect_views_alone(last + 1..seq);
                    last = seq;
                    // Until the game is shown, it is what was missed that is told, and no view is.
                    self.told
                        .get(&seq)
                        .is_some_and(|told| told.print == print && (loaded || !told.view))
                }
                How::Loaded => {
                    self.expect_views_alone(last + 1..seq + 1);
                    (last, loaded) = (seq, true);
                    self.shown.contains(&(seq, print)) && self.history_follows(line)
                }
                How::Asked => {
                    let latest = self.bot.hearing.latest(line);
                    (seq..=latest).any(|at| self.shown.contains(&(at, print)))
                }
                How::Again => matches!(log[line - 1].how, How::Loaded | How::Again),
            };
            let Bot { name, session, .. } = self.bot;
            assert!(
                is,
                "{name} at {session} heard {heard:?}, and was told {:?}",
                self.told.get(&seq)
            );
        }
        log.iter().filter(|heard| !matches!(heard.how, How::Resumed | How::Anew)).count()
    }

    /// Of what is told under these numbers, nothing has to be heard.
    fn expect_views_alone(&self, mut numbers: std::ops::Range<u64>) {
        let event = numbers.find(|seq| self.told.get(seq).is_some_and(|told| !told.view));
        let Bot { name, session, .. } = self.bot;
        assert_eq!(event, None, "{name} at {session} did not hear that event");
    }

    /// After the game in this line of the log, one who came anew is shown the last lines of chat in order, and others none.
    fn history_follows(&self, line: usize) -> bool {
        let log = &self.bot.hearing.log;
        let again = log[line + 1..].iter().take_while(|heard| heard.how == How::Again);
        let again: Vec<u64> = again.map(|heard| heard.print).collect();
        let before = self.lines.partition_point(|(at, _)| *at <= log[line].seq);
        let first = match log[line - 1].how {
            How::Anew => before.saturating_sub(CHAT_HISTORY),
            _ => before,
        };
        let lines: Vec<u64> = self.lines[first..before].iter().map(|(_, print)| *print).collect();
        let next = log.get(line + 1 + again.len());
        let cut = next.is_none_or(|next| matches!(next.how, How::Resumed | How::Anew));
        if cut { lines.starts_with(&again) } else { lines == again }
    }
}

fn load_game(view: &str, user: &str) -> String {
    format!("{{\"type\":\"load_game\",\"data\":{view},\"user\":{}}}", json!(user))
}

/// The JSON of an object, to which fields are to be added.
fn open(object: &str) -> &str {
    object.strip_suffix('}').expect("an object")
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is JSON")
}
