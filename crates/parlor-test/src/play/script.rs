//! What stands in a script.

use parlor_core::Chips;
use serde_json::{Value, value::RawValue};
use std::time::Duration;

/// A script that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) seed: u64,
    pub(super) options: Value,
    pub(super) lines: Vec<Line>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: usize,
    /// As it was written.
    pub(super) text: String,
    /// What happens; nothing in a remark, and in what describes the session as a whole.
    pub(super) step: Option<Step>,
}

/// What happens in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Somebody has so many chips.
    Chips(String, Chips),
    Sits(String),
    Watches(String),
    Leaves(String),
    Says(String, String),
    /// A message: its type, and the text of its data.
    Sends(String, String, Option<String>),
    Passes(Duration),
    Restarts,
    /// A word of the game's own, and the rest of the line.
    Own(String, String),
}

/// What is wrong in a script, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) line: usize,
    pub(super) reason: String,
}

impl Script {
    /// Reads a script; `own` are the words that the game adds.
    pub(super) fn parse(text: &str, own: &[&str]) -> Result<Self, Wrong> {
        let mut script = Self { seed: 0, options: Value::Null, lines: Vec::new() };
        for (number, line) in (1..).zip(text.lines()) {
            let step = script.read(line.trim(), own);
            let step = step.map_err(|reason| Wrong { line: number, reason })?;
            script.lines.push(Line { number, text: line.trim_end().to_owned(), step });
        }
        Ok(script)
    }

    fn read(&mut self, line: &str, own: &[&str]) -> Result<Option<Step>, String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let (first, rest) = word(line);
        match first {
            "seed" => {
                self.still_empty(first)?;
                let (seed, rest) = word(rest);
                nothing_more(rest)?;
                self.seed = seed.parse().map_err(|_| "a seed is a whole number".to_owned())?;
                Ok(None)
            }
            "options" => {
                self.still_empty(first)?;
                let (options, rest) = json(rest)?;
                nothing_more(rest)?;
                self.options =
                    serde_json::from_str(options.get()).map_err(|why| why.to_string())?;
                Ok(None)
            }
            _ => step(first, rest, own).map(Some),
        }
    }

    /// What a session is created with stands before all that happens in it.
    fn still_empty(&self, what: &str) -> Result<(), String> {
        let empty = self.lines.iter().all(|line| line.step.is_none());
        if empty { Ok(()) } else { Err(format!("`{what}` stands before everything that happens")) }
    }
}

fn step(first: &str, rest: &str, own: &[&str]) -> Result<Step, String> {
    if own.contains(&first) {
        return Ok(Step::Own(first.to_owned(), rest.to_owned()));
    }
    if let Some(time) = first.strip_prefix('+') {
        nothing_more(rest)?;
        return Ok(Step::Passes(duration(time)?));
    }
    if let Some(who) = first.strip_suffix(':') {
        return message(name(who)?, rest);
    }
    if first == "restart" {
        nothing_more(rest)?;
        return Ok(Step::Restarts);
    }
    let (second, rest) = word(rest);
    match (first, second) {
        ("chips", who) => {
            let (amount, rest) = word(rest);
            nothing_more(rest)?;
            let chips = amount.parse().map_err(|why| format!("`chips NAME AMOUNT`: {why}"))?;
            return Ok(Step::Chips(name(who)?, chips));
        }
        (who, "says") if !rest.is_empty() => {
            return Ok(Step::Says(name(who)?, rest.to_owned()));
        }
        _ => {}
    }
    nothing_more(rest)?;
    match (first, second) {
        (who, "sits") => Ok(Step::Sits(name(who)?)),
        (who, "watches") => Ok(Step::Watches(name(who)?)),
        (who, "leaves") => Ok(Step::Leaves(name(who)?)),
        _ => Err(unknown(first, second, own)),
    }
}

fn unknown(first: &str, second: &str, own: &[&str]) -> String {
    let own: String = own.iter().map(|word| format!(", `{word} …`")).collect();
    format!(
        "nothing is known of `{first} {second}`: a line is `NAME sits`, `NAME watches`, `NAME leaves`, `NAME says TEXT`, \
         `NAME: TYPE {{DATA}}`, `chips NAME AMOUNT`, `+30s`, `restart`{own}, or a remark after `#`"
    )
}

fn message(who: String, rest: &str) -> Result<Step, String> {
    let (kind, rest) = word(rest);
    if kind.is_empty() {
        return Err(format!("what does {who} send? `{who}: TYPE {{DATA}}`"));
    }
    if nothing_more(rest).is_ok() {
        return Ok(Step::Sends(who, kind.to_owned(), None));
    }
    let (data, rest) = json(rest)?;
    nothing_more(rest)?;
    Ok(Step::Sends(who, kind.to_owned(), Some(data.get().to_owned())))
}

/// The JSON at the beginning of a text, as it was written, and what comes after it.
fn json(text: &str) -> Result<(Box<RawValue>, &str), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Box<RawValue>>();
    let value = values.next().unwrap_or_else(|| serde_json::from_str(""));
    let value = value.map_err(|why| format!("that is no JSON: {why}"))?;
    Ok((value, text[values.byte_offset()..].trim_start()))
}

fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// A line may end in a remark, after `#` or in parentheses.
fn nothing_more(rest: &str) -> Result<(), String> {
    let remark = rest.starts_with('#') || (rest.starts_with('(') && rest.ends_with(')'));
    if rest.is_empty() || remark { Ok(()) } else { Err(format!("`{rest}` is too much")) }
}

fn name(text: &str) -> Result<String, String> {
    let named = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_name = !text.is_empty() && text.chars().all(named);
    if is_name { Ok(text.to_owned()) } else { Err(format!("`{text}` is no name")) }
}

fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let milliseconds = match &text[unit..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return Err(format!("`+{text}` is no time: write `+500ms`, `+30s` or `+2m`")),
    };
    let count: Option<u64> = text[..unit].parse().ok();
    let time = count.and_then(|count| count.checked_mul(milliseconds));
    time.map(Duration::from_millis).ok_or_else(|| format!("`+{text}` is no time"))
}

#[cfg(test)]
mod tests {
    use super::{Script, Step};
    use parlor_core::Chips;
    use serde_json::json;
    use std::time::Duration;

    fn parse(text: &str) -> Script {
        Script::parse(text, &["shoe"]).expect("a script")
    }

    fn steps(text: &str) -> Vec<Step> {
        parse(text).lines.into_iter().filter_map(|line| line.step).collect()
    }

    fn wrong(text: &str) -> String {
        let wrong = Script::parse(text, &["shoe"]).expect_err("no script");
        format!("{}: {}", wrong.line, wrong.reason)
    }

    fn sends(who: &str, kind: &str, data: Option<&str>) -> Step {
        Step::Sends(who.into(), kind.into(), data.map(Into::into))
    }

    #[test]
    fn a_session_is_described_first() {
        let script = parse("# Two decks.\n\nseed 7\noptions {\"decks\": 2} # small\nann sits\n");
        assert_eq!((script.seed, &script.options), (7, &json!({"decks": 2})));
        assert_eq!(script.lines.len(), 5, "every line is told again");
        assert_eq!(script.lines[4].number, 5);
    }

    #[test]
    fn lines_say_what_happens() {
        let ann = || "ann".to_owned();
        assert_eq!(
            steps(
                "chips ann 10.50\nann sits\nann watches # now\nann leaves\nann says # is a hash\n\
                 +30s   (time passes)\n+500ms\n+2m\nrestart # again\nshoe 8S  10D"
            ),
            [
                Step::Chips(ann(), Chips::from_cents(1050)),
                Step::Sits(ann()),
                Step::Watches(ann()),
                Step::Leaves(ann()),
                Step::Says(ann(), "# is a hash".into()),
                Step::Passes(Duration::from_secs(30)),
                Step::Passes(Duration::from_millis(500)),
                Step::Passes(Duration::from_secs(120)),
                Step::Restarts,
                Step::Own("shoe".into(), "8S  10D".into()),
            ]
        );
    }

    #[test]
    fn a_message_keeps_the_text_of_its_data() {
        assert_eq!(
            steps(
                "ann: place_bet {\"bet\": 10.10} # dear\nann: ask\nann: ask (why?)\nb-2: say \"# no\""
            ),
            [
                sends("ann", "place_bet", Some("{\"bet\": 10.10}")),
                sends("ann", "ask", None),
                sends("ann", "ask", None),
                sends("b-2", "say", Some("\"# no\"")),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, told) in [
            ("ann sits\nann jumps", "2: nothing is known of `ann jumps`: "),
            ("\n\nstart", "3: nothing is known of `start `: "),
            ("ann sits down", "1: `down` is too much"),
            ("ann sits\nseed 3", "2: `seed` stands before everything"),
            ("ann sits\noptions {}", "2: `options` stands before everything"),
            ("seed x", "1: a seed is a whole number"),
            ("options {", "1: that is no JSON: "),
            ("ann:", "1: what does ann send?"),
            ("ann: place {\"cell\":}", "1: that is no JSON: "),
            ("ann: place {\"cell\":1} 2", "1: `2` is too much"),
            ("a/b: place", "1: `a/b` is no name"),
            ("chips ann", "1: `chips NAME AMOUNT`: "),
            ("+30", "1: `+30` is no time: "),
            ("+s", "1: `+s` is no time"),
            ("+99999999999999999999s", "1: `+99999999999999999999s` is no time"),
            ("ann says", "1: nothing is known of `ann says`"),
        ] {
            let wrong = wrong(text);
            assert!(wrong.starts_with(told), "{text:?}: {wrong}");
        }
        assert!(wrong("x y").contains("`shoe …`"), "the game's own words are told too");
    }
}
