//! How deep the JSON from outside may nest.
//!
//! The decoder gives up at a depth of 128. What is read at less is written into a record, which nests it deeper, and must be
//! read again: so what comes from outside stays far below.

/// How many lists and objects may lie in each other.
pub(crate) const DEEPEST: usize = 16;

/// Whether lists and objects lie deeper in each other than [`DEEPEST`]. Of a text that is no JSON the answer means nothing.
pub(crate) fn is_too_deep(json: &[u8]) -> bool {
    // So short a text can't, and one with so few brackets can't: of most messages nothing else is looked at.
    if json.len() <= 2 * DEEPEST {
        return false;
    }
    let opened: usize = json.iter().map(|byte| usize::from(opens(*byte))).sum();
    opened > DEEPEST && depth(json) > DEEPEST
}

fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut bytes) = (0_usize, 0, json.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            byte if opens(*byte) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Goes on behind the string that has begun.
fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

fn opens(byte: u8) -> bool {
    // Bit 5 alone tells the two apart.
    byte & !0x20 == b'['
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, is_too_deep};

    fn nested(depth: usize) -> String {
        format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn sixteen_levels_are_let_through() {
        for depth in 0..40 {
            assert_eq!(is_too_deep(nested(depth).as_bytes()), depth > DEEPEST, "{depth}");
            let objects = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
            assert_eq!(is_too_deep(objects.as_bytes()), depth > DEEPEST, "{depth}");
        }
    }

    #[test]
    fn what_lies_side_by_side_is_not_deep() {
        assert!(!is_too_deep(format!("[{}1]", r#"{"a":[]},"#.repeat(1000)).as_bytes()));
        let deep = format!("[{}{}]", "[],".repeat(40), nested(DEEPEST));
        assert!(is_too_deep(deep.as_bytes()));
    }

    #[test]
    fn what_stands_in_a_string_is_text() {
        let brackets = "[{".repeat(40);
        for text in [
            format!(r#"["{brackets}"]"#),
            format!(r#"["\"{brackets}"]"#),
            format!(r#"{{"\\\"{brackets}":"\\"}}"#),
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
            assert!(!is_too_deep(text.as_bytes()), "{text}");
        }
        assert!(is_too_deep(format!(r#"["\\",{}]"#, nested(DEEPEST)).as_bytes()));
    }

    #[test]
    fn what_is_no_json_is_judged_without_a_fault() {
        for text in ["]]]]", &"\"[".repeat(40), "\\", "\"\\", &"]".repeat(100), &"{".repeat(70_000)]
        {
            is_too_deep(text.as_bytes());
        }
    }
}
