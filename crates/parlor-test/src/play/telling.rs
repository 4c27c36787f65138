//! What each received, as text.

use parlor_core::{Audience, Effect, Game, Message, Player, Players, Refusal, What};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A transcript that grows, and what of the game everyone has been shown.
#[derive(Debug)]
pub(super) struct Telling {
    /// When the session began: the whole numbers of the day after it are shown as times too.
    start: i64,
    known: BTreeMap<Audience, Value>,
    chat: Value,
    text: String,
}

impl Telling {
    pub(super) fn new(start: i64) -> Self {
        Self { start, known: BTreeMap::new(), chat: Value::Null, text: String::new() }
    }

    /// A line of the script.
    pub(super) fn line(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    /// Something that nobody receives.
    pub(super) fn note(&mut self, note: &str) {
        self.line(&format!("    {note}"));
    }

    /// Someone who has just come has been shown nothing yet.
    pub(super) fn newcomer(&mut self, audience: Audience) {
        self.known.remove(&audience);
    }

    /// The next line of chat.
    pub(super) fn chat(&mut self, who: &Player, text: &str) {
        self.chat = json!({"type": "chat_msg", "data": {"user": who.name, "msg": text}});
    }

    /// What one alone is answered.
    pub(super) fn answer(&mut self, who: &Player, event: &impl Message) {
        self.block(&who.name, &self.message(&to_json(event)));
    }

    /// Why one is refused.
    pub(super) fn refused(&mut self, who: &Player, refusal: &Refusal) {
        self.note(&format!("{} < error {}: {}", who.name, refusal.code(), refusal.message()));
    }

    /// What a record told.
    pub(super) fn effect<G: Game>(
        &mut self,
        effect: &Effect<G>,
        players: &Players,
        people: &BTreeMap<String, Player>,
    ) {
        let names = |audience: &Audience| match audience {
            Audience::Spectators => players.spectators().map(|p| p.name.clone()).collect(),
            Audience::Player(id) => {
                let name = people.values().find(|p| p.id == *id).map(|p| p.name.clone());
                name.into_iter().collect::<Vec<String>>()
            }
        };
        let everyone = || {
            let seated = players.seated().map(|(_, p)| p);
            seated.chain(players.spectators()).map(|p| p.name.clone()).collect::<Vec<_>>()
        };
        let mut told: Vec<(Vec<String>, Vec<String>)> = Vec::new();
        match &effect.what {
            What::All(event) => told.push((everyone(), self.message(&to_json(event)))),
            What::Sent(event) => told.push((everyone(), self.message(event))),
            What::Chat => told.push((everyone(), self.message(&self.chat))),
            What::One(id, event) => {
                told.push((names(&Audience::Player(*id)), self.message(&to_json(event))));
            }
            What::Each(each) => {
                for (audience, event) in each {
                    told.push((names(audience), self.message(&to_json(event))));
                }
            }
            What::EachView(each) => {
                for (audience, event) in each {
                    told.push((names(audience), self.shown(*audience, &to_json(event))));
                }
            }
            What::Refresh(views) => {
                for (audience, view) in views {
                    let view = json!({"type": "load_game", "data": view});
                    told.push((names(audience), self.shown(*audience, &view)));
                }
            }
        }
        for (names, lines) in grouped(told) {
            self.block(&names.join(", "), &lines);
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// A message as it is.
    fn message(&self, message: &Value) -> Vec<String> {
        let kind = message["type"].as_str().unwrap_or_default().to_owned();
        let data = message.get("data").map(|data| self.value(data)).unwrap_or_default();
        let data = data.join(" ");
        vec![if data.is_empty() { kind } else { format!("{kind} {data}") }]
    }

    /// A message that shows the game: what of it is new to this audience.
    fn shown(&mut self, audience: Audience, message: &Value) -> Vec<String> {
        let kind = message["type"].as_str().unwrap_or_default();
        let whole = kind == "load_game";
        let known = self.known.get(&audience).cloned().unwrap_or_default();
        let mut lines = vec![kind.to_owned()];
        match (&known, &message["data"]) {
            (known, data) if known == data => lines[0] += ", as before",
            (Value::Object(known), Value::Object(data)) => {
                lines.extend(self.changes(known, data, whole));
            }
            (Value::Null, Value::Object(data)) => {
                lines.extend(self.changes(&Map::new(), data, whole))
            }
            (_, data) => lines[0] += &format!(" {data}"),
        }
        let shown = match (known, &message["data"]) {
            // An event may carry more than a view does, and a view is all there is.
            (Value::Object(mut known), Value::Object(data)) if !whole => {
                let views = data.iter().filter(|(key, _)| known.contains_key(*key));
                let views: Vec<_> =
                    views.map(|(key, value)| (key.clone(), value.clone())).collect();
                known.extend(views);
                Value::Object(known)
            }
            (_, data) => data.clone(),
        };
        self.known.insert(audience, shown);
        lines
    }

    /// The keys that differ, with what they are now; in a whole view, those that are left out too.
    fn changes(
        &self,
        known: &Map<String, Value>,
        data: &Map<String, Value>,
        whole: bool,
    ) -> Vec<String> {
        let changed: Vec<_> = data.iter().filter(|(key, v)| known.get(*key) != Some(*v)).collect();
        let gone: Vec<_> = known.keys().filter(|key| whole && !data.contains_key(*key)).collect();
        let keys: BTreeSet<&String> =
            changed.iter().map(|(key, _)| *key).chain(gone.clone()).collect();
        let width = keys.iter().map(|key| key.len()).max().unwrap_or_default();
        let mut lines = Vec::new();
        for (key, value) in changed {
            for (n, value) in self.value(value).into_iter().enumerate() {
                let key = if n == 0 { key } else { "" };
                lines.push(format!("{key:width$}  {value}"));
            }
        }
        lines.extend(gone.into_iter().map(|key| format!("{key:width$}  (left out)")));
        lines
    }

    /// A value as it travels, a list of objects on a line each; times are shown on the clock as well.
    fn value(&self, value: &Value) -> Vec<String> {
        match value {
            Value::Array(list) if list.iter().any(Value::is_object) => {
                list.iter().map(Value::to_string).collect()
            }
            Value::Number(number) => {
                let time = number.as_i64().filter(|at| (self.start..self.start + DAY).contains(at));
                let time = time.map(|at| format!(" ({})", clock(at))).unwrap_or_default();
                vec![format!("{number}{time}")]
            }
            value => vec![value.to_string()],
        }
    }

    fn block(&mut self, who: &str, lines: &[String]) {
        let mut lines = lines.iter();
        if let Some(first) = lines.next() {
            self.note(&format!("{who} < {first}"));
        }
        for line in lines {
            self.note(&format!("    {line}"));
        }
    }
}

/// Those who received the same, one after the other, are told of together.
fn grouped(told: Vec<(Vec<String>, Vec<String>)>) -> Vec<(Vec<String>, Vec<String>)> {
    let mut groups: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for (names, lines) in told {
        match groups.iter_mut().find(|(_, same)| *same == lines) {
            Some((others, _)) => others.extend(names),
            None => groups.push((names, lines)),
        }
    }
    groups
}

/// The time of the day, as the session's clock shows it.
pub(super) fn clock(at: i64) -> String {
    let of_day = at.rem_euclid(DAY);
    let (seconds, thousandths) = (of_day / 1000, of_day % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if thousandths == 0 { String::new() } else { format!(".{thousandths:03}") };
    format!("{hours:02}:{minutes:02}:{seconds:02}{fraction}")
}

fn to_json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("what is told is JSON")
}

#[cfg(test)]
mod tests {
    use super::{Telling, clock};
    use parlor_core::Audience::Spectators;
    use serde_json::{Value, json};

    fn shown(telling: &mut Telling, kind: &str, data: &Value) -> Vec<String> {
        telling.shown(Spectators, &json!({"type": kind, "data": data}))
    }

    #[test]
    fn of_a_view_only_what_changed_is_told() {
        let mut telling = Telling::new(0);
        let view = json!({"stage": "a", "hands": [{"n": 1}, {"n": 2}], "dealer": 5});
        assert_eq!(
            shown(&mut telling, "load_game", &view),
            [
                "load_game",
                "stage   \"a\"",
                "hands   {\"n\":1}",
                "        {\"n\":2}",
                "dealer  5 (00:00:00.005)"
            ]
        );
        assert_eq!(shown(&mut telling, "load_game", &view), ["load_game, as before"]);
        let update = json!({"to_update": "x", "stage": "b"});
        assert_eq!(
            shown(&mut telling, "update", &update),
            ["update", "to_update  \"x\"", "stage      \"b\""]
        );
        let view = json!({"stage": "b", "hands": []});
        assert_eq!(
            shown(&mut telling, "load_game", &view),
            ["load_game", "hands   []", "dealer  (left out)"]
        );
        telling.newcomer(Spectators);
        assert_eq!(
            shown(&mut telling, "load_game", &view),
            ["load_game", "stage  \"b\"", "hands  []"]
        );
    }

    #[test]
    fn a_clock_shows_the_time_of_the_day() {
        assert_eq!(clock(1_767_268_800_000), "12:00:00");
        assert_eq!(clock(1_767_268_830_250), "12:00:30.250");
    }
}
