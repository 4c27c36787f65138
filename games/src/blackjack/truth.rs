//! Ready or not: `true` and `false`, or `"1"` and `"0"` as the Django original sends them.

use parlor_core::prelude::*;
use serde::{Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected \"0\", \"1\", true or false")]
enum Said {
    Plain(bool),
    Digit(Digit),
}

#[derive(Deserialize)]
enum Digit {
    #[serde(rename = "0")]
    Zero,
    #[serde(rename = "1")]
    One,
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let said = Said::deserialize(deserializer)?;
    Ok(matches!(said, Said::Plain(true) | Said::Digit(Digit::One)))
}

pub(super) fn serialize<S: Serializer>(truth: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(*truth)
}
