//! Text that comes in parts, and must be UTF-8 from its first byte on (RFC 6455 §8.1).

/// How much of a text is known to be UTF-8.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checked(usize);

impl Checked {
    /// Looks at what is new in a text that has grown: false as soon as no bytes that follow could make it UTF-8.
    pub(super) fn grown(&mut self, text: &[u8]) -> bool {
        match std::str::from_utf8(&text[self.0..]) {
            Ok(new) => {
                self.0 += new.len();
                true
            }
            Err(error) => {
                self.0 += error.valid_up_to();
                // Nothing where the text ends within a character, of which all so far is right.
                error.error_len().is_none()
            }
        }
    }

    /// Whether all of the text is UTF-8.
    pub(super) fn is_all(self, text: &[u8]) -> bool {
        self.0 == text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Checked;

    #[test]
    fn a_text_may_be_cut_anywhere() {
        let text = "κόσμε 𐐷 ok".as_bytes();
        let mut checked = Checked::default();
        for end in 0..=text.len() {
            assert!(checked.grown(&text[..end]));
            assert_eq!(checked.is_all(&text[..end]), std::str::from_utf8(&text[..end]).is_ok());
        }
    }

    #[test]
    fn what_can_not_become_a_character_is_found_with_its_first_wrong_byte() {
        let text = b"\xce\xba\xf4\x90";
        let mut checked = Checked::default();
        assert!(checked.grown(&text[..3]));
        assert!(!checked.grown(text), "beyond U+10FFFF");
    }
}
