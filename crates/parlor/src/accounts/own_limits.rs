//! One's own limits, as they are told and asked for.

use super::{
    Signed,
    restraints::Wanted,
    self_limits::{MOST_MINUTES, Next, SelfLimits, Wish, day_after},
    statement::Change,
};
use crate::{problem::Problem, site::Shared};
use parlor_core::Chips;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// One's limits, what they will be, and how much of them today has taken.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OwnLimits {
    loss_a_day: Option<Chips>,
    minutes_a_day: Option<u32>,
    next: Coming,
    today: Today,
}

/// What limits will be, and from when on.
#[derive(Debug, Clone, Serialize)]
struct Coming {
    loss_a_day: Option<Next<Chips>>,
    minutes_a_day: Option<Next<u32>>,
}

/// What today has taken.
#[derive(Debug, Clone, Serialize)]
struct Today {
    /// What is staked or lost, less what came back; below zero where more came back.
    lost: Change,
    minutes: u64,
    /// When the day is over, in milliseconds since 1970.
    ends: i64,
}

/// What one asks one's limits to be, as it came: a text, a number, or nothing for no limit. What is left out stays.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default, deserialize_with = "given")]
    loss_a_day: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    minutes_a_day: Option<Value>,
}

/// What is there, be it `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Asked {
    /// What was typed into a form, to show it again.
    pub(crate) fn typed(&self) -> Value {
        json!({ "loss_a_day": self.loss_a_day, "minutes_a_day": self.minutes_a_day })
    }

    /// What that means.
    pub(crate) fn read(self) -> Result<Wanted, Problem> {
        let number = |text: &str| text.parse().ok().filter(|minutes| *minutes <= MOST_MINUTES);
        let loss = wish(self.loss_a_day.as_ref(), |text| text.parse().ok());
        let minutes = wish(self.minutes_a_day.as_ref(), number);
        if let (Some(loss), Some(minutes)) = (loss, minutes) {
            return Ok(Wanted { loss, minutes });
        }
        let amount = "write an amount such as 50.00, or nothing for no limit";
        let time = "write a number of minutes up to 1440, or nothing for no limit";
        let faults =
            [("loss_a_day", loss.is_none(), amount), ("minutes_a_day", minutes.is_none(), time)];
        let faults = faults.into_iter().filter(|(_, is_wrong, _)| *is_wrong);
        Err(Problem::invalid_fields(
            faults.map(|(field, _, mend)| (field, mend.to_owned())).collect(),
        ))
    }
}

/// What is asked of a limit; nothing for what means nothing.
fn wish<T>(asked: Option<&Value>, read: impl Fn(&str) -> Option<T>) -> Option<Wish<T>> {
    match asked {
        None => Some(Wish::Kept),
        Some(Value::Null) => Some(Wish::Lifted),
        Some(Value::String(text)) if text.trim().is_empty() => Some(Wish::Lifted),
        Some(Value::String(text)) => read(text.trim()).map(Wish::Set),
        Some(Value::Number(number)) => read(&number.to_string()).map(Wish::Set),
        Some(_) => None,
    }
}

/// One's own limits as they stand.
pub(crate) async fn own_limits(shared: &Shared, signed: &Signed) -> Result<OwnLimits, Problem> {
    let player = signed.player.id;
    let SelfLimits { loss, minutes } = shared.restraints.of(player);
    let purse = shared.purses.open(player).await.map_err(|_| Problem::internal())?;
    let lost = purse.out_today(&shared.store).await.map_err(|_| Problem::internal())?;
    Ok(OwnLimits {
        loss_a_day: loss.value,
        minutes_a_day: minutes.value,
        next: Coming { loss_a_day: loss.next, minutes_a_day: minutes.next },
        today: Today {
            lost: Change(lost),
            minutes: shared.restraints.played_today(player).as_secs() / 60,
            ends: day_after(shared.clock.wall()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{
        Asked, Chips, Wanted,
        Wish::{Kept, Lifted, Set},
    };
    use serde_json::{Value, json};

    fn read(body: Value) -> Result<Wanted, Vec<&'static str>> {
        let asked: Asked = serde_json::from_value(body).expect("an object");
        asked.read().map_err(|problem| problem.fields().keys().copied().collect())
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_nothing_is_no_limit() {
        let wanted = |loss, minutes| Ok(Wanted { loss, minutes });
        assert_eq!(read(json!({})), wanted(Kept, Kept));
        assert_eq!(read(json!({"loss_a_day": null, "minutes_a_day": ""})), wanted(Lifted, Lifted));
        let fifty = Set(Chips::new(50));
        assert_eq!(read(json!({"loss_a_day": "50.00"})), wanted(fifty, Kept));
        assert_eq!(read(json!({"loss_a_day": 50, "minutes_a_day": "0"})), wanted(fifty, Set(0)));
        for wrong in [json!("-1"), json!("1e2"), json!(-5), json!(true), json!([]), json!("0.001")]
        {
            assert_eq!(read(json!({ "loss_a_day": wrong })), Err(vec!["loss_a_day"]));
        }
        for wrong in [json!(1441), json!("1.5"), json!(-1), json!({}), json!("an hour")] {
            assert_eq!(read(json!({ "minutes_a_day": wrong })), Err(vec!["minutes_a_day"]));
        }
    }
}
