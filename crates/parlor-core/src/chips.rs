//! Amounts of money.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;
use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Sub, SubAssign},
    str::FromStr,
};

/// An amount of chips: a whole number of hundredths, never below zero.
///
/// It travels as a string with two decimals, `"10.00"`. What comes in is a string or a JSON number, and is judged by the
/// text that was sent: digits, and at most two decimals; no sign, no exponent, no leading zero.
///
/// Sums and differences panic where the result would not be an amount; a panic in a move refuses the move.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS)]
#[ts(type = "string")]
pub struct Chips(i64);

impl Chips {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest amount that can be written: what a JavaScript number holds exactly, in hundredths.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// `chips` whole chips.
    pub const fn new(chips: u32) -> Self {
        Self(chips as i64 * 100)
    }

    /// `cents` hundredths of a chip.
    pub const fn from_cents(cents: u32) -> Self {
        Self(cents as i64)
    }

    /// The amount with that many hundredths, or nothing where it is below zero or over [`Chips::MAX`].
    pub fn try_from_cents(cents: i64) -> Option<Self> {
        (0..=Self::MAX.0).contains(&cents).then_some(Self(cents))
    }

    /// The number of hundredths.
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or nothing where it is over [`Chips::MAX`].
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::try_from_cents(self.0.checked_add(other.0)?)
    }

    /// The difference, or nothing where it would be below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::try_from_cents(self.0.checked_sub(other.0)?)
    }

    /// `times` over `parts` of the amount, fractions of a hundredth left with the house: 3:2 on a bet is `bet.ratio(3, 2)`.
    ///
    /// # Panics
    /// Where `parts` is zero, or the result is over [`Chips::MAX`].
    pub fn ratio(self, times: u32, parts: u32) -> Self {
        let product = self.0.checked_mul(i64::from(times)).expect("an amount of chips too large");
        Self::try_from_cents(product / i64::from(parts)).expect("an amount of chips too large")
    }

    /// Whether the amount is a whole number of `step`s.
    pub const fn is_multiple_of(self, step: Self) -> bool {
        step.0 != 0 && self.0 % step.0 == 0
    }
}

impl Add for Chips {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.checked_add(other).expect("an amount of chips too large")
    }
}

impl Sub for Chips {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.checked_sub(other).expect("an amount of chips below zero")
    }
}

impl AddAssign for Chips {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Chips {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Chips {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Chips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

impl fmt::Debug for Chips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no amount of chips.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an amount such as \"10.00\": digits, at most two decimals, no sign and no exponent"
)]
pub struct NoAmount;

impl FromStr for Chips {
    type Err = NoAmount;

    /// Reads `^(0|[1-9][0-9]*)(\.[0-9]{1,2})?$`.
    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (whole, decimals) = match text.split_once('.') {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (text, None),
        };
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        let decimals = match decimals {
            None => "00".to_owned(),
            Some(d) if digits(d) && d.len() <= 2 => format!("{d:0<2}"),
            Some(_) => return Err(NoAmount),
        };
        if !digits(whole) || leading_zero {
            return Err(NoAmount);
        }
        let cents: i64 = format!("{whole}{decimals}").parse().map_err(|_| NoAmount)?;
        Self::try_from_cents(cents).ok_or(NoAmount)
    }
}

impl Serialize for Chips {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Chips {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text of the number decides: read as a float, `1e1` and `10` would be the same.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = match serde_json::from_str::<String>(raw.get()) {
            Ok(text) => text,
            Err(_) => raw.get().to_owned(),
        };
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Chips;
    use proptest::prelude::*;

    fn read(json: &str) -> Option<i64> {
        serde_json::from_str::<Chips>(json).ok().map(Chips::cents)
    }

    #[test]
    fn the_text_is_judged() {
        for (json, cents) in
            [("10", 1000), ("10.5", 1050), ("\"10.50\"", 1050), ("0", 0), ("\"0.01\"", 1)]
        {
            assert_eq!(read(json), Some(cents), "{json}");
        }
        for json in [
            "-1",
            "\"-1\"",
            "-0",
            "1e1",
            "1E1",
            "\"1e1\"",
            "1.005",
            "\"01\"",
            "\"\"",
            "\".5\"",
            "\"5.\"",
            "\"NaN\"",
            "\"inf\"",
            "\" 1\"",
            "\"+1\"",
            "null",
            "true",
            "[1]",
            "{}",
            "1.000",
            "99999999999999999999",
            "90071992547409.92",
            "\"1,0\"",
            "\"١\"",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(cents in 0..=Chips::MAX.cents()) {
            let chips = Chips::try_from_cents(cents).unwrap();
            let json = serde_json::to_string(&chips).unwrap();
            prop_assert_eq!(read(&json), Some(cents));
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(serde_json::from_value::<Chips>(value).unwrap(), chips);
        }
    }
}
