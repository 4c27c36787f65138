//! Whether the dice are fair: what is drawn is counted, and compared with what chance would give, by the chi-square test.
//!
//! `PARLOR_DRAWS`, read when the tests are built, says how many numbers are drawn for each test. The streams are always the same, so a test that passes once
//! passes always: it finds a way of making numbers that is wrong, and chance can't fail it.

use super::Dice;

/// How many numbers are drawn for each test.
fn draws() -> u64 {
    option_env!("PARLOR_DRAWS").map_or(1_000_000, |draws| draws.parse().expect("a number"))
}

/// Chi-square of what was counted, in thousandths, where the chances are as these weights.
fn chi_square(counted: &[u64], weights: &[u64]) -> u128 {
    let (all, whole) = (counted.iter().sum::<u64>(), weights.iter().sum::<u64>());
    let part = |(&counted, &weight): (&u64, &u64)| {
        let (is, should) =
            (u128::from(counted) * u128::from(whole), u128::from(all) * u128::from(weight));
        let off = is.abs_diff(should);
        // Divided in two steps, so that nothing overflows.
        off / u128::from(whole) * off * 1_000 / should
    };
    counted.iter().zip(weights).map(part).sum()
}

/// That chi-square is no larger than chance makes it in 99 of 100 cases; the bound is from tables, in thousandths.
fn is_fair(what: &str, counted: &[u64], weights: &[u64], bound: u128) {
    let chi_square = chi_square(counted, weights);
    assert!(chi_square < bound, "{what}: {chi_square} is not below {bound}: {counted:?}");
}

#[test]
fn rng_quality() {
    let draws = draws();
    let dice = |seq| Dice::new([0x5e; 32], seq);
    // Each number as often as every other: a wheel with 52 fields (51 degrees of freedom), and one with 7 (6).
    for (seq, n, bound) in [(1, 52_u32, 77_386), (2, 7, 16_812)] {
        let (mut dice, mut counted) = (dice(seq), vec![0; n as usize]);
        (0..draws).for_each(|_| counted[dice.below(n) as usize] += 1);
        is_fair("frequency", &counted, &vec![1; n as usize], bound);
    }
    // How many others come between two zeros of a wheel with ten fields (18 degrees of freedom).
    let (mut gaps, mut gap, mut wheel) = ([0; 19], 0, dice(3));
    for _ in 0..draws {
        if wheel.below(10) == 0 {
            gaps[gap] += 1;
            gap = 0;
        } else {
            gap = (gap + 1).min(18);
        }
    }
    let mut chances: Vec<u64> = (0..18).map(|gap| 9_u64.pow(gap) * 10_u64.pow(17 - gap)).collect();
    chances.push(9_u64.pow(18));
    is_fair("gap", &gaps, &chances, 34_805);
    // How long numbers go on rising; the one after a run is thrown away, so that runs are independent (5 degrees).
    let (mut runs, mut wheel, mut left) = ([0; 6], dice(4), draws);
    while left > 0 {
        let (mut last, mut length) = (wheel.below(u32::MAX), 1);
        loop {
            left = left.saturating_sub(1);
            let next = wheel.below(u32::MAX);
            if next <= last {
                break;
            }
            (last, length) = (next, length + 1);
        }
        runs[length.min(6) - 1] += 1;
    }
    // 1/r! − 1/(r + 1)!, in parts of 720.
    is_fair("runs", &runs, &[360, 240, 90, 24, 5, 1], 15_086);
    // The order of four numbers, and four cards after a shuffle: 24 each (23 degrees of freedom).
    let (mut orders, mut shuffles, mut wheel) = ([0; 24], [0; 24], dice(5));
    for _ in 0..draws / 4 {
        let drawn: [u32; 4] = std::array::from_fn(|_| wheel.below(u32::MAX));
        orders[order(drawn)] += 1;
        let mut cards = [0, 1, 2, 3];
        wheel.shuffle(&mut cards);
        shuffles[order(cards)] += 1;
    }
    is_fair("permutation", &orders, &[1; 24], 41_638);
    is_fair("shuffle", &shuffles, &[1; 24], 41_638);
    // Two after one another (99 degrees of freedom).
    let (mut pairs, mut wheel) = ([0; 100], dice(6));
    for _ in 0..draws / 2 {
        pairs[(wheel.below(10) * 10 + wheel.below(10)) as usize] += 1;
    }
    is_fair("serial", &pairs, &[1; 100], 134_642);
}

/// Which of the 24 orders four numbers are in.
fn order(items: [u32; 4]) -> usize {
    let smaller =
        |place: usize| items[place + 1..].iter().filter(|after| **after < items[place]).count();
    smaller(0) * 6 + smaller(1) * 2 + smaller(2)
}

/// The shuffle that everyone writes first: each card changes places with any other. This test finds it.
#[test]
fn a_shuffle_that_is_not_fair_is_found() {
    let (mut counted, mut dice) = ([0_u64; 24], Dice::new([0x5e; 32], 7));
    for _ in 0..100_000 {
        let mut cards = [0, 1, 2, 3];
        for place in 0..4 {
            cards.swap(place, dice.below(4) as usize);
        }
        counted[order(cards)] += 1;
    }
    assert!(chi_square(&counted, &[1; 24]) > 1_000_000, "{counted:?}");
}
