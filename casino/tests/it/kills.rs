//! The program is killed in the middle of play, again and again; what it acknowledged must be kept, and nothing applied twice.

use crate::{
    bot::{Bot, Place},
    program::{Program, casino, folder},
};
use parlor_test::Database;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::block_in_place};

/// How many players sit at each of the tables; one more watches.
const TABLES: [usize; 4] = [3, 2, 1, 2];

/// Clocks and limits that are not what is tested here.
const SETTINGS: [&str; 14] = [
    "--database-url",
    "sqlite://kills.db",
    "--seat-grace",
    "3600s",
    "--empty-after",
    "3600s",
    "--turn-time",
    "3600s",
    "--ending-time",
    "3600s",
    "--starting-chips",
    "10000000.00",
    "--limit",
    "messages_per_second=1000000,messages_burst=1000000,handshakes_per_user=1000000,\
     guests_per_hour=1000,outbox_frames=10000",
];

/// How often the program is killed: `PARLOR_KILLS`, or 20 times.
fn kills() -> u32 {
    std::env::var("PARLOR_KILLS").map_or(20, |count| count.parse().expect("a number of kills"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_outlives_kills_and_is_applied_once() {
    let (kills, seed) = (kills(), fastrand::u64(..));
    eprintln!("{kills} kills, seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = folder();
    let mut program = Program::start(folder.path(), &SETTINGS, &[]);
    let bots = bots(&program, &mut random).await;
    let started = Instant::now();
    let (place, places) = watch::channel(Place { address: program.address(), playing: true });
    let playing: Vec<_> =
        bots.into_iter().map(|bot| tokio::spawn(bot.play(places.clone()))).collect();
    for _ in 0..kills {
        // Sometimes while everyone comes back, mostly in the middle of play.
        let after = if random.u8(..4) == 0 { random.u64(..30) } else { random.u64(..500) };
        tokio::time::sleep(Duration::from_millis(after)).await;
        assert!(!playing.iter().any(tokio::task::JoinHandle::is_finished), "a bot has given up");
        block_in_place(|| {
            program.kill();
            program = Program::start(folder.path(), &SETTINGS, &[]);
        });
        place.send_replace(Place { address: program.address(), playing: true });
    }
    place.send_replace(Place { address: program.address(), playing: false });
    let mut bots = Vec::new();
    for played in playing {
        bots.push(played.await.expect("a bot's play"));
    }
    let lasted = started.elapsed();
    for (bot, socket) in &mut bots {
        // What was told before this is answered has been heard then.
        socket.send_as("end", "request_user_balance", json!(null)).await;
        let (frames, _) = socket.acked("end").await;
        frames.iter().for_each(|frame| bot.hear(frame));
    }
    for (bot, _) in &bots {
        let mut fresh = bot.handshake(program.address(), None).await;
        let (welcome, load) = fresh.welcomed().await;
        assert_eq!(welcome["seq"], json!(bot.last), "{}", bot.name);
        assert_eq!(load["data"], bot.view, "{}", bot.name);
    }
    let bots: Vec<Bot> = bots.into_iter().map(|(bot, _)| bot).collect();
    program.kill();
    let verified = casino(&["verify", SETTINGS[0], SETTINGS[1]], &[]);
    let verified = { verified }.current_dir(folder.path()).output().expect("the program runs");
    let told = String::from_utf8_lossy(&verified.stdout);
    assert_eq!(verified.status.code(), Some(0), "seed {seed}: {told}");
    let figures = judge(&bots, &folder.path().join("kills.db")).await;
    let seconds = lasted.as_secs_f64();
    eprintln!("{kills} kills in {seconds:.1} s, seed {seed}: {figures}");
    assert!(figures.contains("0 lost, 0 twice"), "seed {seed}: {figures}");
}

/// Guests at tables of their own.
async fn bots(program: &Program, random: &mut fastrand::Rng) -> Vec<Bot> {
    let mut bots = Vec::new();
    for players in TABLES {
        let mut session: Option<String> = None;
        for n in 0..=players {
            let guest = program.ask("POST", "/api/guest").await.json();
            if session.is_none() {
                let token = guest["token"].as_str().expect("a token");
                let created = program.ask("POST", "/api/games/blackjack/sessions").bearer(token);
                let created = created.json(json!({})).await.json();
                session = created["id"].as_str().map(ToOwned::to_owned);
            }
            let session = session.as_deref().expect("a session");
            bots.push(Bot::new(&guest, session, n == players, random.u64(..)));
        }
    }
    bots
}

/// Compares what the bots wrote down with what is kept.
async fn judge(bots: &[Bot], database: &Path) -> String {
    let mut database = Database::open(database).await;
    let ids = "SELECT json_array(session || id, count(*)) FROM \
               (SELECT session, json_extract(body, '$.id') AS id FROM records) \
               WHERE id IS NOT NULL GROUP BY session, id";
    let kept: BTreeMap<String, u64> = database.rows(ids).await.iter().map(counted).collect();
    let chat = "SELECT json_array(records.session, json_extract(body, '$.effects'), text) FROM chat \
                JOIN records ON records.session = chat.session AND records.seq = chat.seq \
                ORDER BY chat.session, chat.seq";
    let chat = database.rows(chat).await;
    database.close().await;
    let (mut sent, mut copies, mut acked, mut refused, mut unknown) = (0, 0, 0, 0, 0);
    let (mut lost, mut twice, mut known) = (0, 0, BTreeSet::new());
    for bot in bots {
        for (id, fate) in &bot.fates {
            let times = kept.get(&format!("{}{id}", bot.session)).copied().unwrap_or(0);
            known.insert(format!("{}{id}", bot.session));
            sent += 1;
            copies += fate.copies;
            twice += u32::from(times > 1);
            match (fate.applies, fate.acks) {
                (false, _) => assert_eq!(times, 0, "a question leaves no record: {id} {fate:?}"),
                (true, 0) if fate.cut => unknown += 1,
                (true, 0) => {
                    refused += 1;
                    assert_eq!(times, 0, "{id} was refused, and is kept: {fate:?}");
                }
                (true, _) => {
                    acked += 1;
                    lost += u32::from(times == 0);
                }
            }
        }
        expect_all_lines(bot, &chat);
    }
    let strange = kept.keys().find(|id| !known.contains(*id));
    assert_eq!(strange, None, "nobody sent that");
    let resumed: u32 = bots.iter().map(|bot| bot.resumed).sum();
    let anew: usize = bots.iter().map(|bot| bot.gaps.len()).sum();
    format!(
        "{sent} messages in {copies} copies, {acked} acknowledged, {refused} refused, {unknown} \
         refused or unknown after a cut, {lost} lost, {twice} twice; {resumed} exact returns, {anew} anew"
    )
}

fn counted(row: &Value) -> (String, u64) {
    (row[0].as_str().expect("an id").to_owned(), row[1].as_u64().expect("a count"))
}

/// The bot heard every line of its table, each once and in order, but for those where it was told that there are gaps.
fn expect_all_lines(bot: &Bot, chat: &[Value]) {
    let last = bot.last.expect("heard something");
    let covered = |seq: u64| {
        let in_gap = bot.gaps.iter().any(|(after, to)| (after + 1..=*to).contains(&seq));
        seq > bot.begun && seq <= last && !in_gap
    };
    let line = |row: &Value| {
        let seq = row[1].as_u64().expect("a number");
        let mine = row[0] == json!(bot.session) && covered(seq);
        mine.then(|| (seq, row[2].as_str().expect("a line").to_owned()))
    };
    let told: Vec<(u64, String)> = chat.iter().filter_map(line).collect();
    assert_eq!(bot.heard, told, "{}", bot.name);
}
