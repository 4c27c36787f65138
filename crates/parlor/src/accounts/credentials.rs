//! The rules for names and passwords.

use serde::Deserialize as _;
use std::collections::BTreeMap;

/// A name and a password, as they were typed.
#[derive(Clone, Default, serde::Deserialize)]
pub(crate) struct Credentials {
    #[serde(default, deserialize_with = "text")]
    pub(crate) username: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) password: String,
}

/// What is no text is as good as nothing typed: the form says what it wants.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// Long enough, and still among the first that everyone tries: facts from public lists of leaked passwords.
const COMMON: [&str; 40] = [
    "0123456789",
    "0987654321",
    "1029384756",
    "1111111111",
    "1122334455",
    "11223344556",
    "12345678910",
    "1234567890",
    "1234567891",
    "123456789a",
    "123456789q",
    "1234512345",
    "1234554321",
    "123123123123",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "9876543210",
    "aaaaaaaaaa",
    "a123456789",
    "abc1234567",
    "asdfghjkl1",
    "asdfghjkl;",
    "iloveyou12",
    "iloveyou123",
    "letmein123",
    "myspace123",
    "passw0rd12",
    "password10",
    "password11",
    "password12",
    "password123",
    "password1234",
    "password12345",
    "q1w2e3r4t5",
    "q1w2e3r4t5y6",
    "qwerty1234",
    "qwerty12345",
    "qwertyuiop",
    "zaq12wsxcde",
];

impl Credentials {
    /// What is wrong with each field; nothing where both can be used for a new account.
    pub(crate) fn faults(&self) -> BTreeMap<&'static str, String> {
        let mut faults = BTreeMap::new();
        if let Some(fault) = name_fault(&self.username) {
            faults.insert("username", fault.to_owned());
        }
        if let Some(fault) = password_fault(&self.password, &self.username) {
            faults.insert("password", fault.to_owned());
        }
        faults
    }
}

fn name_fault(name: &str) -> Option<&'static str> {
    let reads = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !reads {
        return Some("use letters A to Z, digits, _ and - alone");
    }
    (!(3..=20).contains(&name.len())).then_some("use 3 to 20 characters")
}

fn password_fault(password: &str, name: &str) -> Option<&'static str> {
    if !(10..=128).contains(&password.chars().count()) {
        return Some("use 10 to 128 characters");
    }
    let lower = password.to_lowercase();
    let same = lower.chars().all(|c| lower.starts_with(c));
    let common = same || COMMON.contains(&lower.as_str()) || lower == name.to_lowercase();
    common.then_some("this is one of the first passwords that everyone tries; use another")
}

#[cfg(test)]
mod tests {
    use super::Credentials;

    fn faults(username: &str, password: &str) -> Vec<&'static str> {
        let credentials = Credentials { username: username.into(), password: password.into() };
        credentials.faults().into_keys().collect()
    }

    #[test]
    fn names_and_passwords() {
        assert!(faults("Ann_1-x", "correct horse").is_empty());
        assert!(faults("ann", &"éa".repeat(64)).is_empty());
        for name in ["", "ab", "a b", "ann!", "añn", &"a".repeat(21), "<b>"] {
            assert_eq!(faults(name, "correct horse"), ["username"], "{name}");
        }
        for password in ["", "short", "Password123", "xxxxxxxxxxxx", "1234567890", &"a".repeat(129)]
        {
            assert_eq!(faults("ann", password), ["password"], "{password}");
        }
        assert_eq!(faults("long-enough", "LONG-enough"), ["password"]);
    }
}
