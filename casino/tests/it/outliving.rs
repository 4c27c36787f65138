//! Play that outlives whatever ends the program in the middle of it: what was acknowledged must be kept, and nothing
//! applied twice.

use crate::{
    bot::{Bot, Place},
    hearing::How,
    program::{Program, casino},
    projection::compare_frames,
};
use parlor_test::Database;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    process::Output,
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::block_in_place};

/// How many players sit at each of the tables; one more watches.
const TABLES: [usize; 4] = [3, 2, 1, 2];

/// Clocks and limits that are not what is tested here.
const SETTINGS: [&str; 12] = [
    "--seat-grace",
    "3600s",
    "--empty-after",
    "3600s",
    "--turn-time",
    "3600s",
    "--ending-time",
    "3600s",
    "--starting-chips",
    "10000000.00",
    "--limit",
    "messages_per_second=1000000,messages_burst=1000000,handshakes_per_user=1000000,\
     guests_per_hour=10000,outbox_frames=10000",
];

/// Where the program runs, and what may happen to it there.
pub(crate) trait House {
    /// The database's file.
    fn database(&self) -> PathBuf;

    /// Starts the program on what is kept.
    fn start(&mut self) -> Program;

    /// Ends it in the middle of whatever it does.
    fn end(&mut self, program: &mut Program, random: &mut fastrand::Rng);
}

/// Starts the program on this database, with its log in that folder.
pub(crate) fn start(
    (folder, database): (&Path, &str),
    variables: &[(&'static str, String)],
) -> Program {
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, &**value)).collect();
    let url = format!("sqlite://{database}");
    let arguments = [&["--database-url", &url], &SETTINGS[..]].concat();
    Program::start(folder, &arguments, &variables)
}

/// Runs `verify`.
pub(crate) fn verify(database: &Path) -> Output {
    let url = format!("sqlite://{}", database.display());
    casino(&["verify", "--database-url", &url], &[]).output().expect("the program runs")
}

/// The number in a variable, or the usual one.
pub(crate) fn number(variable: &str, usual: u32) -> u32 {
    std::env::var(variable).map_or(usual, |count| count.parse().expect("a number"))
}

/// What became of all that was sent.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    sent: u32,
    copies: u32,
    pub(crate) acked: u32,
    refused: u32,
    unknown: u32,
    pub(crate) lost: u32,
    pub(crate) twice: u32,
    resumed: usize,
    anew: usize,
    /// Frames that are what the journal says.
    frames: usize,
    /// For how long was played.
    pub(crate) lasted: Duration,
}

impl Figures {
    /// How many messages were acknowledged in a second.
    pub(crate) fn rate(&self) -> f64 {
        f64::from(self.acked) / self.lasted.as_secs_f64()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sent,
            copies,
            acked,
            refused,
            unknown,
            lost,
            twice,
            resumed,
            anew,
            frames,
            lasted,
        } = self;
        let seconds = lasted.as_secs_f64();
        let rate = self.rate();
        write!(
            f,
            "{seconds:.1} s, {sent} messages in {copies} copies, {acked} acknowledged ({rate:.0} a second), \
             {refused} refused, {unknown} refused or unknown after a cut, {lost} lost, {twice} twice; {resumed} \
             exact returns, {anew} anew; {frames} frames are what the journal says"
        )
    }
}

/// Plays while the program is ended and started again so many times, and compares what everyone was told with what is kept.
pub(crate) async fn outlive(
    house: &mut dyn House,
    count: u32,
    random: &mut fastrand::Rng,
) -> Figures {
    let mut program = house.start();
    let bots = bots(&program, random).await;
    let started = Instant::now();
    let (place, places) = watch::channel(Place { address: program.address(), playing: true });
    let playing: Vec<_> =
        bots.into_iter().map(|bot| tokio::spawn(bot.play(places.clone()))).collect();
    for _ in 0..count {
        // Sometimes while everyone comes back, mostly in the middle of play.
        let after = if random.u8(..4) == 0 { random.u64(..30) } else { random.u64(..500) };
        tokio::time::sleep(Duration::from_millis(after)).await;
        assert!(!playing.iter().any(tokio::task::JoinHandle::is_finished), "a bot has given up");
        block_in_place(|| {
            house.end(&mut program, random);
            program = house.start();
        });
        place.send_replace(Place { address: program.address(), playing: true });
    }
    place.send_replace(Place { address: program.address(), playing: false });
    let mut bots = Vec::new();
    for played in playing {
        bots.push(played.await.expect("a bot's play"));
    }
    let lasted = started.elapsed();
    for (bot, socket) in &mut bots {
        // What was told before this is answered has been heard then.
        socket.send_as("end", "request_user_balance", json!(null)).await;
        let (frames, _) = socket.acked("end").await;
        frames.iter().for_each(|frame| bot.hear(frame));
    }
    for (bot, _) in &bots {
        let mut fresh = bot.handshake(program.address(), None).await;
        let (welcome, load) = fresh.welcomed().await;
        assert_eq!(welcome["seq"], json!(bot.hearing.last), "{}", bot.name);
        assert_eq!(load["data"], bot.view, "{}", bot.name);
    }
    let bots: Vec<Bot> = bots.into_iter().map(|(bot, _)| bot).collect();
    house.end(&mut program, random);
    let verified = verify(&house.database());
    let told = String::from_utf8_lossy(&verified.stdout);
    assert_eq!(verified.status.code(), Some(0), "{told}");
    let frames = compare_frames(&bots, &house.database()).await;
    Figures { lasted, frames, ..compare(&bots, &house.database()).await }
}

/// Guests at tables of their own play until the program ends, some moments from now.
pub(crate) async fn play_until_the_end(
    house: &mut dyn House,
    random: &mut fastrand::Rng,
) -> (Vec<Bot>, Duration) {
    let mut program = house.start();
    let bots = bots(&program, random).await;
    let started = Instant::now();
    let (_place, places) = watch::channel(Place { address: program.address(), playing: true });
    let playing: Vec<_> =
        bots.into_iter().map(|bot| tokio::spawn(bot.play_until_cut(places.clone()))).collect();
    tokio::time::sleep(Duration::from_millis(random.u64(100..500))).await;
    block_in_place(|| house.end(&mut program, random));
    let mut bots = Vec::new();
    for played in playing {
        bots.push(played.await.expect("a bot's play"));
    }
    (bots, started.elapsed())
}

/// Guests at tables of their own.
async fn bots(program: &Program, random: &mut fastrand::Rng) -> Vec<Bot> {
    let mut bots = Vec::new();
    for players in TABLES {
        let mut session: Option<String> = None;
        for n in 0..=players {
            let guest = program.ask("POST", "/api/guest").await.json();
            if session.is_none() {
                let token = guest["token"].as_str().expect("a token");
                let created = program.ask("POST", "/api/games/blackjack/sessions").bearer(token);
                let created = created.json(json!({})).await.json();
                session = created["id"].as_str().map(ToOwned::to_owned);
            }
            let session = session.as_deref().expect("a session");
            bots.push(Bot::new(&guest, session, n == players, random.u64(..)));
        }
    }
    bots
}

/// Compares what the bots were answered with what is kept at their tables.
pub(crate) async fn compare(bots: &[Bot], database: &Path) -> Figures {
    let mut database = Database::open(database).await;
    let mut kept: BTreeMap<String, u64> = BTreeMap::new();
    for record in database.records().await {
        let body: Value = serde_json::from_str(&record.body).expect("a record");
        if let Some(id) = body["id"].as_str() {
            *kept.entry(format!("{}{id}", record.session)).or_default() += 1;
        }
    }
    database.close().await;
    let (mut figures, mut known) = (Figures::default(), BTreeSet::new());
    for bot in bots {
        for (id, fate) in &bot.fates {
            let times = kept.get(&format!("{}{id}", bot.session)).copied().unwrap_or(0);
            known.insert(format!("{}{id}", bot.session));
            figures.sent += 1;
            figures.copies += fate.copies;
            figures.twice += u32::from(times > 1);
            match (fate.applies, fate.acks) {
                (false, _) => assert_eq!(times, 0, "a question leaves no record: {id} {fate:?}"),
                (true, 0) if fate.cut => figures.unknown += 1,
                (true, 0) => {
                    figures.refused += 1;
                    assert_eq!(times, 0, "{id} was refused, and is kept: {fate:?}");
                }
                (true, _) => {
                    figures.acked += 1;
                    figures.lost += u32::from(times == 0);
                }
            }
        }
        figures.resumed += bot.hearing.count(How::Resumed);
        // The first connection of each is no return.
        figures.anew += bot.hearing.count(How::Anew).saturating_sub(1);
    }
    let theirs = |id: &&String| bots.iter().any(|bot| id.starts_with(&bot.session));
    let strange = kept.keys().filter(theirs).find(|id| !known.contains(*id));
    assert_eq!(strange, None, "nobody sent that");
    figures
}
