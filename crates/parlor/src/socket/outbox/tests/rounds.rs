//! Rounds, whatever the socket takes of them: what is read is what was said, in order and with its numbers.

use super::{BOUNDS, Client};
use crate::socket::{
    Frame, Part, Round, Told,
    outbox::{Bounds, Outbox},
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// What a client is to read.
struct Model {
    numbers: bool,
    last: u64,
    texts: Vec<String>,
}

impl Model {
    /// The next frame, which has this number or the one before it.
    fn say(&mut self, text: &str, number: Option<u64>) {
        self.last = number.unwrap_or(self.last);
        self.texts.push(if self.numbers {
            format!("{},\"seq\":{}}}", &text[..text.len() - 1], self.last)
        } else {
            text.to_owned()
        });
    }
}

/// Makes up what is said: texts that are told from each other, and rising numbers.
struct Author {
    random: fastrand::Rng,
    texts: u64,
    seq: u64,
}

impl Author {
    fn text(&mut self) -> String {
        self.texts += 1;
        let most = [10, 10, 10, 200, 3_000, 70_000][self.random.usize(..6)];
        format!("{{\"n\":{},\"x\":\"{}\"}}", self.texts, "x".repeat(self.random.usize(..most)))
    }

    fn told(&mut self) -> (String, u64) {
        self.seq += self.random.u64(1..4);
        (self.text(), self.seq)
    }

    /// A frame for one member alone, with its number where it brings one.
    fn own(&mut self) -> (Frame, String, Option<u64>) {
        let text = self.text();
        match self.random.u8(..4) {
            0 => (Frame::answer_at(text.clone(), self.seq), text, Some(self.seq)),
            1 => {
                let told = Told::new(text.clone(), self.seq);
                (Frame::event(told), text, Some(self.seq))
            }
            _ => (Frame::answer(text.clone()), text, None),
        }
    }

    /// A round, and one member's part of it.
    fn round(&mut self, model: &mut Model) -> (Round, Part) {
        let mut round = Round::default();
        let count = self.random.usize(..6);
        let mut part = Part { from: self.random.usize(..=count), own: Vec::new() };
        for at in 0..=count {
            while at >= part.from && self.random.u8(..4) == 0 {
                let (frame, text, number) = self.own();
                part.own.push((at, frame));
                model.say(&text, number);
            }
            if at < count {
                let (text, seq) = self.told();
                if at >= part.from {
                    model.say(&text, Some(seq));
                }
                round.add(Told::new(text, seq));
            }
        }
        (round, part)
    }
}

/// How many rounds came to a socket that took all of them, a part, or nothing.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    part: usize,
    nothing: usize,
}

#[tokio::test]
async fn rounds_are_read_in_order_and_with_their_numbers_whatever_the_socket_takes() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let random = fastrand::Rng::with_seed(seed);
    let mut author = Author { random, texts: 0, seq: 0 };
    let mut taken = Taken::default();
    for numbers in [false, true] {
        let bounds = Bounds { frames: 1 << 20, bytes: 1 << 30, slow_for: BOUNDS.slow_for };
        let outbox = Outbox::new(bounds, numbers, Arc::default());
        let mut model = Model { numbers, last: 0, texts: Vec::new() };
        let mut client = Client::open(&outbox).await;
        for _ in 0..200 {
            let waited = outbox.lock().waits();
            let (round, part) = author.round(&mut model);
            outbox.push_round(&round, &part);
            match (waited, outbox.lock().waits()) {
                (true, _) => taken.nothing += 1,
                (false, true) => taken.part += 1,
                (false, false) => taken.all += 1,
            }
            if author.random.u8(..4) == 0 {
                let (frame, text, number) = author.own();
                outbox.push(frame);
                model.say(&text, number);
            }
            match author.random.u8(..4) {
                0 => client.read_all(&outbox).await,
                1 => {
                    client.read(author.random.usize(..200_000));
                    // That may be too little for the socket to take more.
                    let writable = client.outlet.as_ref().writable();
                    let _ = timeout(Duration::from_millis(1), writable).await;
                    outbox.send();
                }
                _ => {}
            }
        }
        let heard = client.hear_out(&outbox).await;
        for (heard, said) in heard.iter().zip(&model.texts) {
            let short = |text: &str| text.replace("xx", "");
            assert!(heard == said, "{} for {}, seed {seed}", short(heard), short(said));
        }
        assert_eq!(heard.len(), model.texts.len(), "seed {seed}");
    }
    eprintln!("{taken:?}");
    assert!(taken.all.min(taken.part).min(taken.nothing) > 0, "{taken:?}, seed {seed}");
}
