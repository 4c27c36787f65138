//! One password, hashed: Argon2id, 19 MiB and two passes, as OWASP's cheat sheet asks at the least.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};

/// A hash of nobody's, to compare with where a name is unknown: the same work, from the first time on. Its salt and its
/// output stand for no password that anybody has chosen.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether a password fits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    /// It does not, or the name is unknown.
    No,
    /// It does.
    Yes,
    /// It does, and what is kept was made with less work than is asked for now: this is to be kept instead.
    Outdated(String),
}

/// The memory in which passwords are hashed, one after the other.
#[derive(Default)]
pub(super) struct Memory {
    blocks: Vec<Block>,
    hashed: u64,
}

impl Memory {
    /// How many times something was hashed in it since this was asked last.
    pub(super) fn take_hashed(&mut self) -> u64 {
        std::mem::take(&mut self.hashed)
    }

    /// The hash to keep, as a PHC string.
    pub(super) fn hash(&mut self, password: &str) -> Option<String> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).ok()?;
        let (algorithm, version, params) =
            (Algorithm::default(), Version::default(), Params::default());
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let argon2 = Argon2::new(algorithm, version, params.clone());
        self.run(&argon2, password, &salt, &mut output)?;
        let hash = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params).ok()?,
            salt: Some(Salt::new(&salt).ok()?),
            hash: Some(Output::new(&output).ok()?),
        };
        Some(hash.to_string())
    }

    /// Whether the password fits what is kept; where nothing is, the same work is done, and the answer is no.
    pub(super) fn verify(&mut self, password: &str, kept: Option<&str>) -> Verified {
        let Ok(hash) = PasswordHash::new(kept.unwrap_or(NOBODYS)) else { return Verified::No };
        let fits = self.fits(password, &hash).unwrap_or(false);
        match fits && kept.is_some() {
            false => Verified::No,
            true if is_current(&hash) => Verified::Yes,
            true => self.hash(password).map_or(Verified::Yes, Verified::Outdated),
        }
    }

    fn fits(&mut self, password: &str, kept: &PasswordHash) -> Option<bool> {
        let algorithm = Algorithm::try_from(kept.algorithm.as_str()).ok()?;
        let version = Version::try_from(kept.version?).ok()?;
        let (salt, expected) = (kept.salt?, kept.hash?);
        let argon2 = Argon2::new(algorithm, version, Params::try_from(kept).ok()?);
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..expected.len())?;
        self.run(&argon2, password, &salt, output)?;
        // Compared in constant time.
        Some(Output::new(output).ok()? == expected)
    }

    fn run(
        &mut self,
        argon2: &Argon2,
        password: &str,
        salt: &[u8],
        output: &mut [u8],
    ) -> Option<()> {
        let needed = argon2.params().block_count();
        if self.blocks.len() < needed {
            self.blocks.resize(needed, Block::default());
        }
        self.hashed += 1;
        let blocks = self.blocks.get_mut(..needed)?;
        argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, blocks).ok()
    }
}

/// Whether as much work went into it as would now.
fn is_current(kept: &PasswordHash) -> bool {
    let now = Params::default();
    let algorithm = kept.algorithm == Algorithm::default().ident();
    let version = kept.version == Some(Version::default().into());
    let params = Params::try_from(kept).is_ok_and(|then| {
        let (m, t, p) = (then.m_cost(), then.t_cost(), then.p_cost());
        m >= now.m_cost() && t >= now.t_cost() && p >= now.p_cost()
    });
    algorithm && version && params
}

#[cfg(test)]
mod tests {
    use super::{Memory, NOBODYS, PasswordHash, Verified, is_current};
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};

    /// What the library makes of a password, with these parameters.
    fn made(algorithm: Algorithm, m: u32, t: u32) -> String {
        let params = Params::new(m, t, 1, None).unwrap();
        let argon2 = Argon2::new(algorithm, Version::V0x13, params);
        argon2.hash_password(b"correct horse").unwrap().to_string()
    }

    #[test]
    fn a_hash_is_what_the_library_takes_for_one_and_the_other_way_round() {
        let mut memory = Memory::default();
        let kept = memory.hash("correct horse").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(Argon2::default().verify_password(b"correct horse", &*kept).is_ok());
        assert!(Argon2::default().verify_password(b"correct hors", &*kept).is_err());
        assert_ne!(memory.hash("correct horse").unwrap(), kept, "each has a salt of its own");
        let theirs = made(Algorithm::Argon2id, 19_456, 2);
        for kept in [&kept, &theirs] {
            assert_eq!(memory.verify("correct horse", Some(kept)), Verified::Yes);
            assert_eq!(memory.verify("correct hors", Some(kept)), Verified::No);
            assert_eq!(memory.verify("", Some(kept)), Verified::No);
        }
        assert_eq!(memory.verify("correct horse", None), Verified::No);
        assert_eq!(memory.take_hashed(), 9);
        for nonsense in ["", "correct horse", "$argon2id$v=19$m=19456,t=2,p=1$", "$2b$10$x"] {
            assert_eq!(memory.verify("correct horse", Some(nonsense)), Verified::No, "{nonsense}");
        }
    }

    #[test]
    fn nobodys_hash_takes_the_work_of_anybodys() {
        let mut memory = Memory::default();
        let nobodys = PasswordHash::new(NOBODYS).expect("a hash");
        let anybodys = PasswordHash::new(&memory.hash("correct horse").unwrap()).unwrap();
        assert!(is_current(&nobodys));
        assert_eq!(nobodys.params, anybodys.params);
        assert_eq!(nobodys.salt.unwrap().len(), anybodys.salt.unwrap().len());
        assert_eq!(nobodys.hash.unwrap().len(), anybodys.hash.unwrap().len());
    }

    #[test]
    fn what_was_made_with_less_work_is_made_anew() {
        let mut memory = Memory::default();
        for weak in [
            made(Algorithm::Argon2id, 8_192, 2),
            made(Algorithm::Argon2id, 19_456, 1),
            made(Algorithm::Argon2i, 19_456, 2),
        ] {
            assert_eq!(memory.verify("wrong horse", Some(&weak)), Verified::No, "{weak}");
            let verified = memory.verify("correct horse", Some(&weak));
            let Verified::Outdated(better) = verified else { panic!("{weak}: {verified:?}") };
            assert_eq!(memory.verify("correct horse", Some(&better)), Verified::Yes);
        }
        let strong = made(Algorithm::Argon2id, 20_000, 3);
        let verified = memory.verify("correct horse", Some(&strong));
        assert_eq!(verified, Verified::Yes, "more work is as good");
    }
}
