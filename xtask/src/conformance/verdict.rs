//! What the test suite says of each case, and what may be said.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, bail, ensure};

/// The sections, and how many cases each has: a case that was not run is no case that was passed.
const SECTIONS: [(u32, &str, usize); 9] = [
    (1, "framing", 16),
    (2, "pings and pongs", 11),
    (3, "reserved bits", 7),
    (4, "opcodes", 10),
    (5, "fragmentation", 20),
    (6, "UTF-8", 145),
    (7, "closing", 37),
    (9, "limits", 54),
    (10, "other", 1),
];

/// Cases of which the standard says nothing, and the suite only what happened.
const INFORMATIONAL: [&str; 3] = ["7.1.6", "7.13.1", "7.13.2"];

/// The fewest cases in which a server is found out that sends back whatever comes; there are over 120.
const FAULTS: usize = 100;

/// What the suite says of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Its number, as `6.4.1`.
    case: String,
    /// How the server behaved, and how the connection was closed, in the suite's words.
    behavior: String,
    close: String,
    /// Why.
    reason: String,
}

/// What a verdict counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Passed,
    NonStrict,
    Informational,
    Failed,
}

impl Verdict {
    fn section(&self) -> u32 {
        self.case.split('.').next().and_then(|first| first.parse().ok()).unwrap_or(0)
    }

    fn kind(&self) -> Kind {
        match (self.behavior.as_str(), self.close.as_str()) {
            ("OK", "OK") => Kind::Passed,
            ("NON-STRICT", "OK") => Kind::NonStrict,
            ("INFORMATIONAL", "INFORMATIONAL") => Kind::Informational,
            _ => Kind::Failed,
        }
    }
}

/// Reads what `run.py` printed: one verdict for each case that it was to run.
pub(super) fn read(printed: &str) -> Result<Vec<Verdict>> {
    let mut promised = None;
    let mut verdicts = Vec::new();
    for line in printed.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["cases", count] => promised = Some(count.parse::<usize>()?),
            ["case", case, behavior, close, code, milliseconds, reason] => verdicts.push(Verdict {
                case: case.into(),
                behavior: behavior.into(),
                close: close.into(),
                reason: format!("{reason} (code {code}, after {milliseconds} ms)"),
            }),
            ["failed", why] => bail!("{why}"),
            _ => {}
        }
    }
    let promised = promised.context("no case was promised")?;
    ensure!(promised > 0, "no case fits");
    ensure!(verdicts.len() == promised, "{} of {promised} cases were run", verdicts.len());
    Ok(verdicts)
}

/// The verdicts by section, as a person reads them.
pub(super) fn table(verdicts: &[Verdict]) -> String {
    let mut counts: BTreeMap<u32, [usize; 4]> = BTreeMap::new();
    for verdict in verdicts {
        counts.entry(verdict.section()).or_default()[verdict.kind() as usize] += 1;
    }
    let mut table = format!(
        "{:22}{:>6}{:>12}{:>15}{:>8}\n",
        "", "passed", "non-strict", "informational", "failed"
    );
    let mut row = |name: &str, [passed, non_strict, informational, failed]: [usize; 4]| {
        let _ =
            writeln!(table, "{name:22}{passed:>6}{non_strict:>12}{informational:>15}{failed:>8}");
    };
    let mut all = [0; 4];
    for (number, name, _) in SECTIONS {
        let Some(count) = counts.get(&number) else { continue };
        row(&format!("{number:>2} {name}"), *count);
        all.iter_mut().zip(count).for_each(|(sum, count)| *sum += count);
    }
    row("   together", all);
    table
}

/// Every case is passed to the letter, but for those that are informational; and where all were to run, all were.
pub(super) fn expect_none(verdicts: &[Verdict], all: bool) -> Result<()> {
    let mut wrong = String::new();
    for verdict in verdicts {
        let Verdict { case, behavior, close, reason } = verdict;
        let expected = match INFORMATIONAL.contains(&case.as_str()) {
            true => Kind::Informational,
            false => Kind::Passed,
        };
        if verdict.kind() != expected {
            let _ = write!(wrong, "\n{case}: {behavior}, close: {close}. {reason}");
        }
    }
    ensure!(wrong.is_empty(), "not as the standard says:{wrong}");
    for (number, name, cases) in SECTIONS.into_iter().filter(|_| all) {
        let run = verdicts.iter().filter(|verdict| verdict.section() == number).count();
        ensure!(run == cases, "{number} {name}: {run} cases were run, and not {cases}");
    }
    Ok(())
}

/// Faults were found, in each section that was run; returns how many.
pub(super) fn expect_faults(verdicts: &[Verdict]) -> Result<usize> {
    let failed = |verdict: &&Verdict| verdict.kind() == Kind::Failed;
    for (number, name, _) in SECTIONS {
        let mut of_section = verdicts.iter().filter(|it| it.section() == number).peekable();
        let found = of_section.peek().is_none() || of_section.any(|it| failed(&it));
        ensure!(
            found,
            "{number} {name}: no fault is found in a server that sends back whatever comes"
        );
    }
    let faults = verdicts.iter().filter(failed).count();
    ensure!(faults >= FAULTS, "only {faults} faults are found in a server that has more");
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::{SECTIONS, Verdict, expect_faults, expect_none, read, table};

    /// As many verdicts as there are cases.
    fn passed() -> Vec<Verdict> {
        let verdict = |case: String| {
            let word = if super::INFORMATIONAL.contains(&&*case) { "INFORMATIONAL" } else { "OK" };
            let (behavior, close) = (word.into(), word.into());
            Verdict { case, behavior, close, reason: "as expected".into() }
        };
        let of_section = |(number, _, cases): (u32, &str, usize)| {
            (0..cases).map(move |case| verdict(format!("{number}.{case}")))
        };
        SECTIONS.into_iter().flat_map(of_section).collect()
    }

    #[test]
    fn verdicts_are_read_and_none_may_be_missing() {
        let printed = "Running\ncases\t2\ncase\t1.1.1\tOK\tOK\t1000\t3\tFine.\n";
        assert!(format!("{:#}", read(printed).unwrap_err()).contains("1 of 2"));
        let printed = format!("{printed}case\t2.1\tOK\tFAILED\tNone\t9\tIt is not.\n");
        let verdicts = read(&printed).unwrap();
        assert_eq!((verdicts[1].case.as_str(), verdicts[1].section()), ("2.1", 2));
        let told = format!("{:#}", expect_none(&verdicts, false).unwrap_err());
        assert!(
            told.contains("2.1: OK, close: FAILED. It is not. (code None, after 9 ms)"),
            "{told}"
        );
        assert!(read("cases\t0\n").is_err() && read("").is_err());
        assert!(read("cases\t1\nfailed\tno such port\n").is_err());
    }

    #[test]
    fn every_case_must_be_run_and_passed_to_the_letter() {
        let mut verdicts = passed();
        expect_none(&verdicts, true).unwrap();
        verdicts[40].behavior = "NON-STRICT".into();
        assert!(expect_none(&verdicts, true).is_err());
        verdicts.remove(40);
        expect_none(&verdicts, false).unwrap();
        assert!(
            format!("{:#}", expect_none(&verdicts, true).unwrap_err()).contains("cases were run")
        );
    }

    #[test]
    fn a_control_without_faults_is_a_fault() {
        let mut verdicts = passed();
        assert!(expect_faults(&verdicts).is_err());
        verdicts.iter_mut().for_each(|verdict| verdict.close = "FAILED".into());
        assert_eq!(expect_faults(&verdicts).unwrap(), verdicts.len());
        verdicts.iter_mut().filter(|it| it.section() == 3).for_each(|it| it.close = "OK".into());
        assert!(format!("{:#}", expect_faults(&verdicts).unwrap_err()).contains("3 reserved bits"));
    }

    #[test]
    fn the_table_has_a_line_for_each_section_and_a_sum() {
        let table = table(&passed());
        assert_eq!(table.lines().count(), SECTIONS.len() + 2, "{table}");
        assert!(table.lines().last().unwrap().starts_with("   together"), "{table}");
    }
}
