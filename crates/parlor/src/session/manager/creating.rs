//! New sessions, which are stored before anybody can know of them.

use super::SessionManager;
use crate::{
    problem::Problem,
    session::{
        Meta, Seats, SessionId,
        actor::{Actor, Start},
        clock::SessionClock,
        desk::SeedsAlone,
        frames,
        handle::{Handle, Live},
        memory::Memory,
        summary::Published,
        watch::Doing,
    },
    settings::Limit,
    store::{
        journal::{Append, first_link},
        sessions::{CreateSession, SessionRow},
    },
};
use parlor_core::{Game, Happening, Input, PlayerId, State};
use std::sync::{Arc, atomic::AtomicI64};

/// What a new session is made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewSession {
    pub(crate) host: Option<PlayerId>,
    pub(crate) private: bool,
    pub(crate) options: serde_json::Value,
}

impl<G: Game> SessionManager<G> {
    /// A new session, stored before anybody can know of it.
    pub(crate) async fn create_session(&self, new: NewSession) -> Result<Arc<Meta>, Problem> {
        let shared = self.shared()?;
        let NewSession { host, private, options } = new;
        let id = SessionId::random();
        let timing = shared.settings.timing;
        let input = Input::Created { options, timing, rules: G::RULES_VERSION };
        let clock = SessionClock::after(&shared.clock, 0);
        let happening = Happening { at: clock.now(), who: None, input, id: None };
        let watched = shared.watch.session::<G>(id);
        let doing = Doing::Input(happening.input.clone());
        let outside = Box::new(SeedsAlone);
        let (created, _) = watched.during(doing, || State::<G>::create(happening, outside));
        let (state, applied) = created.map_err(|rejected| {
            tracing::info!(game = G::NAME, %rejected, "a session was not created");
            Problem::from(rejected.refusal())
        })?;
        if shared.games().map(|game| game.count()).sum::<usize>() >= shared.settings.limits.sessions
        {
            shared.metrics.hit(Limit::Sessions);
            return Err(Problem::full("too many tables are open; join one, or try again later"));
        }
        if let Some(host) = host {
            let limit = shared.settings.limits.sessions_per_user;
            let claim = shared.seats.claim(host, id, limit).map_err(|()| {
                shared.metrics.hit(Limit::SessionsPerUser);
                Seats::too_many()
            })?;
            claim.keep();
        }
        let invite = private.then(|| SessionId::random().0.simple().to_string());
        let body = frames::json(&applied.record);
        let at = (applied.record.seq, applied.record.at);
        let first = Append::new(id.0, at, &first_link(id.0), body, applied.transfers);
        let chain = first.link();
        let published = Published { stage: state.game().stage().into(), ..Published::default() };
        let row = SessionRow {
            id: id.0,
            game: G::NAME.into(),
            rules: G::RULES_VERSION,
            host: host.map(|host| host.0),
            private,
            invite: invite.clone(),
            closed: false,
            summary: frames::json(&published),
        };
        if let Err(error) = shared.store.write(CreateSession { row, first }).await {
            tracing::error!(game = G::NAME, %error, "a session was not stored");
            shared.seats.close(id);
            return Err(Problem::internal());
        }
        let (number, moved) = (self.next_number(), AtomicI64::new(at.1));
        let meta = Arc::new(Meta { id, number, host, private, invite, moved });
        let memory = Memory::new(shared.settings.limits.ids_kept);
        let bots = self.bots_of_game();
        let start = Start { meta: meta.clone(), state, chain, clock, memory, kept: 0, bots };
        let handle = Arc::new(Handle::asleep(meta.clone(), Published::default()));
        let actor = Actor::new(shared.clone(), start, handle.published.clone());
        *handle.live().await = Live::Awake(self.run(&shared, &handle, actor));
        self.add(handle);
        Ok(meta)
    }
}
