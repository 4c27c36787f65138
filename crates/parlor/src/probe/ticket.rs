//! What lets a handshake in that can't send a header: tickets, issued and shown in any order.

use crate::{
    accounts::{Signed, Tickets, TokenHash},
    clock::Clock,
    session::SessionId,
};
use parlor_core::{Player, PlayerId};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long a ticket can be used, in milliseconds.
const LIFE: u64 = 30_000;

/// How many a player may hold.
const PER_PLAYER: usize = 20;

/// So many things are done to them at the most.
const STEPS: usize = 64;

/// A ticket as the contract has it.
struct Known {
    text: String,
    player: u8,
    session: u8,
    until: u64,
    usable: bool,
}

/// The tickets of a site, beside what the contract says of them.
struct Desk {
    tickets: Tickets,
    known: Vec<Known>,
    adjuster: crate::clock::Adjuster,
    now: u64,
}

/// Does what the bytes say: each first byte is what, and those after it are with what.
///
/// # Panics
/// Where a ticket opens what the contract does not say, or does not open what it says.
pub fn probe(bytes: &[u8]) -> bool {
    let (clock, adjuster) = Clock::adjustable();
    adjuster.stand_still();
    let tickets = Tickets::new(clock, Arc::default());
    let mut desk = Desk { tickets, known: Vec::new(), adjuster, now: 0 };
    let (mut bytes, mut opened) = (bytes.iter().copied(), false);
    for _ in 0..STEPS {
        let (Some(what), Some(with), Some(how)) = (bytes.next(), bytes.next(), bytes.next()) else {
            break;
        };
        match what % 6 {
            0 => desk.issue(with % 4, how % 4),
            1 => opened |= desk.show(with, how % 4, false),
            2 => opened |= desk.show(with, how % 4, true),
            3 => desk.pass(u64::from(with) * u64::from(how)),
            4 => desk.revoke(with % 4),
            _ => {
                let text: Vec<u8> = bytes.by_ref().take(usize::from(with)).collect();
                desk.show_forged(&String::from_utf8_lossy(&text), how);
            }
        }
    }
    opened
}

impl Desk {
    fn issue(&mut self, player: u8, session: u8) {
        // Two of one instant would be equally old.
        self.pass(1);
        let text = self.tickets.issue(signed(player), id(session)).reveal().to_owned();
        assert!(self.known.iter().all(|ticket| ticket.text != text), "no two are the same");
        assert!(text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let mine = |ticket: &&mut Known| ticket.player == player && ticket.usable;
        if self.known.iter_mut().filter(mine).count() >= PER_PLAYER {
            self.known.iter_mut().find(mine).expect("one of them").usable = false;
        }
        let until = self.now + LIFE;
        self.known.push(Known { text, player, session, until, usable: true });
    }

    /// Shows one that was issued; whether it opens the session.
    fn show(&mut self, which: u8, session: u8, spends: bool) -> bool {
        let Some(last) = self.known.len().checked_sub(1) else { return false };
        // The last ones are the interesting ones.
        let known = &mut self.known[last - usize::from(which).min(last)];
        let expected = known.usable && known.session == session;
        let opened = match spends {
            true => self.tickets.spend(&known.text, id(session)),
            false => self.tickets.check(&known.text, id(session)),
        };
        assert_eq!(opened, expected.then(|| signed(known.player)), "ticket {which}");
        known.usable &= !spends;
        expected
    }

    /// Shows a text that nobody was given: any, or one that was issued with a fault.
    fn show_forged(&self, text: &str, how: u8) {
        let issued = self.known.last().map_or("", |ticket| &ticket.text);
        let forged = match how % 6 {
            0 => issued.to_uppercase(),
            1 => format!("{issued} "),
            2 => issued.chars().skip(1).collect(),
            3 => format!("{issued}{text}"),
            4 => issued.replacen(['0', '5', 'a'], "\u{ff10}", 1),
            _ => text.to_owned(),
        };
        if self.known.iter().all(|ticket| ticket.text != forged) {
            for session in 0..4 {
                assert_eq!(self.tickets.check(&forged, id(session)), None, "{forged:?}");
                assert_eq!(self.tickets.spend(&forged, id(session)), None, "{forged:?}");
            }
        }
        if let Ok(session) = text.parse::<SessionId>() {
            assert_eq!(session.to_string(), text.to_ascii_lowercase());
        }
    }

    fn pass(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        self.adjuster.advance(Duration::from_millis(milliseconds));
        self.known.iter_mut().for_each(|ticket| ticket.usable &= self.now < ticket.until);
    }

    fn revoke(&mut self, player: u8) {
        self.tickets.revoke(&signed(player).token);
        self.known.iter_mut().for_each(|ticket| ticket.usable &= ticket.player != player);
    }
}

fn signed(player: u8) -> Signed {
    let id = PlayerId(Uuid::from_u128(u128::from(player)));
    let player = Player { id, name: format!("player{player}") };
    let token = TokenHash(player.name.clone());
    Signed { player, guest: false, token }
}

fn id(session: u8) -> Uuid {
    Uuid::from_u128(1000 + u128::from(session))
}
