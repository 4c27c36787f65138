//! One game, seen from the site: object-safe, so that a site can hold any number of different games.
//!
//! Its type is forgotten once a connection and once a page, never once a message.

use crate::{
    accounts::Signed,
    audit::{self, Replayed},
    consumer::Connection,
    history::{self, Asked, HistoryPage},
    page::{Context, Instead, Page},
    problem::Problem,
    session::{
        Meta, NewSession, Role, Seated, SessionId, SessionManager, Summary, authorize,
        command::{Command, Departure},
        verdict_of,
    },
    site::Shared,
    socket::{Asking, OpenSocket, Opened, Outbox, Socket, serve},
    store::{Store, sessions::SessionRow},
    typescript,
};
use futures_util::future::BoxFuture;
use parlor_core::{Game, Player, PlayerId};
use serde::Serialize;
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// What is to be done with the socket of one who was admitted.
pub(crate) type Admission = Box<dyn FnOnce(Socket) -> BoxFuture<'static, ()> + Send>;

/// One row of the list of games.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GameRow {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) min_players: usize,
    pub(crate) max_players: usize,
    pub(crate) sessions: usize,
}

/// A game whose type is forgotten.
pub(crate) trait AnyGame: Send + Sync {
    fn name(&self) -> &'static str;
    /// The version of the rules that new sessions are played by.
    fn rules(&self) -> u32;
    fn row(&self) -> GameRow;
    fn bind(&self, shared: &Arc<Shared>);
    fn resume_all(&self) -> BoxFuture<'_, anyhow::Result<()>>;
    fn rest(&self) -> BoxFuture<'_, ()>;
    fn settled(&self) -> BoxFuture<'_, ()>;
    fn create(&self, new: NewSession) -> BoxFuture<'_, Result<Arc<Meta>, Problem>>;
    fn list(&self) -> Vec<Summary>;
    /// Ends a session, and says so when that is stored.
    fn close(&self, id: SessionId) -> BoxFuture<'_, ()>;
    /// Takes a user's seat, and says so when that is stored.
    fn shut_out(&self, id: SessionId, user: PlayerId) -> BoxFuture<'_, ()>;
    fn get(&self, id: SessionId) -> Option<Summary>;
    /// How many sessions are open, awake or asleep.
    fn count(&self) -> usize;
    fn exists(&self, id: SessionId) -> bool;
    fn meta(&self, id: SessionId) -> Option<Arc<Meta>>;
    /// Whether this user may come in, by seat, by being the host, by invitation, or since the session is public.
    fn admits(&self, id: SessionId, user: PlayerId, invite: Option<&str>) -> bool;
    /// A seat for one who asks for any table.
    fn quick_play<'a>(&'a self, signed: &'a Signed) -> BoxFuture<'a, Result<Seated, Problem>>;
    /// Whether a table's host may seat bots.
    fn has_bots(&self) -> bool;
    /// The names of the bots at a table; nothing where there is no such table.
    fn bots(&self, id: SessionId) -> Option<Vec<String>>;
    /// Seats a bot, and says its name.
    fn add_bot(&self, id: SessionId) -> BoxFuture<'_, Result<String, Problem>>;
    /// Sends the bot of this name away.
    fn remove_bot(&self, id: SessionId, name: String) -> BoxFuture<'_, Result<(), Problem>>;
    fn may_join<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<(), Problem>>;
    fn admit(
        &self,
        asking: Asking,
        outbox: Arc<Outbox>,
        place: OpenSocket,
    ) -> BoxFuture<'_, Result<Admission, Problem>>;
    /// Whether this user has a chair there, as it is committed.
    fn has_seat(&self, id: SessionId, user: PlayerId) -> bool;
    /// Tells a session, if it is awake, how one who may be there is called now; returns when that is stored.
    fn rename(&self, id: SessionId, user: Player) -> BoxFuture<'_, ()>;
    /// Tells a session that the account of one who may be there is gone; returns when all that comes of it is stored.
    fn depart(&self, id: SessionId, departure: Departure, wakes: bool) -> BoxFuture<'_, ()>;
    fn template(&self) -> &'static str;
    fn redirect_to(&self) -> &'static str;
    fn prepare_page<'a>(
        &'a self,
        session: SessionId,
        user: &'a Player,
        context: &'a mut Context,
    ) -> BoxFuture<'a, Result<(), Instead>>;
    /// What this viewer may know of a session's records; nothing where it is for those alone who took part, and this viewer
    /// did not.
    fn journal<'a>(
        &'a self,
        id: SessionId,
        viewer: PlayerId,
        for_all: bool,
    ) -> BoxFuture<'a, anyhow::Result<Option<Vec<serde_json::Value>>>>;
    /// What the session has made public of its draws, for those who may read its journal; nothing for others.
    fn proofs(
        &self,
        id: SessionId,
        viewer: PlayerId,
        for_all: bool,
    ) -> BoxFuture<'_, anyhow::Result<Option<Vec<serde_json::Value>>>>;
    /// A page of what one viewer knew of a session.
    fn history<'a>(
        &'a self,
        row: &'a SessionRow,
        asked: Asked,
    ) -> BoxFuture<'a, Result<HistoryPage, Problem>>;
    /// Somebody's name is gone: what is in memory of histories calls nobody by it any more.
    fn forget_names(&self);
    fn replay<'a>(
        &'a self,
        store: &'a Store,
        id: SessionId,
    ) -> BoxFuture<'a, anyhow::Result<Replayed>>;
    fn typescript(&self) -> String;
}

impl<G: Game> AnyGame for SessionManager<G> {
    fn name(&self) -> &'static str {
        G::NAME
    }

    fn rules(&self) -> u32 {
        G::RULES_VERSION
    }

    fn row(&self) -> GameRow {
        GameRow {
            name: G::NAME,
            title: G::TITLE,
            min_players: G::MIN_PLAYERS,
            max_players: G::MAX_PLAYERS,
            sessions: SessionManager::list(self).iter().filter(|row| !row.private).count(),
        }
    }

    fn bind(&self, shared: &Arc<Shared>) {
        SessionManager::bind(self, shared);
    }

    fn resume_all(&self) -> BoxFuture<'_, anyhow::Result<()>> {
        Box::pin(SessionManager::resume_all(self))
    }

    fn rest(&self) -> BoxFuture<'_, ()> {
        Box::pin(SessionManager::rest(self))
    }

    fn settled(&self) -> BoxFuture<'_, ()> {
        Box::pin(SessionManager::settled(self))
    }

    fn create(&self, new: NewSession) -> BoxFuture<'_, Result<Arc<Meta>, Problem>> {
        Box::pin(self.create_session(new))
    }

    fn list(&self) -> Vec<Summary> {
        SessionManager::list(self)
    }

    fn close(&self, id: SessionId) -> BoxFuture<'_, ()> {
        Box::pin(SessionManager::close(self, id))
    }

    fn shut_out(&self, id: SessionId, user: PlayerId) -> BoxFuture<'_, ()> {
        Box::pin(SessionManager::shut_out(self, id, user))
    }

    fn get(&self, id: SessionId) -> Option<Summary> {
        SessionManager::get(self, id)
    }

    fn count(&self) -> usize {
        SessionManager::count(self)
    }

    fn exists(&self, id: SessionId) -> bool {
        SessionManager::exists(self, id)
    }

    fn meta(&self, id: SessionId) -> Option<Arc<Meta>> {
        self.handle(id).map(|handle| handle.meta.clone())
    }

    fn admits(&self, id: SessionId, user: PlayerId, invite: Option<&str>) -> bool {
        self.handle(id).is_some_and(|handle| {
            !handle.meta.private || handle.knows(user) || handle.meta.invites(invite)
        })
    }

    fn quick_play<'a>(&'a self, signed: &'a Signed) -> BoxFuture<'a, Result<Seated, Problem>> {
        Box::pin(SessionManager::quick_play(self, signed))
    }

    fn has_bots(&self) -> bool {
        self.bots_of_game().is_some()
    }

    fn bots(&self, id: SessionId) -> Option<Vec<String>> {
        self.handle(id).map(|handle| handle.bots())
    }

    fn add_bot(&self, id: SessionId) -> BoxFuture<'_, Result<String, Problem>> {
        Box::pin(async move {
            let (added, judged) = oneshot::channel();
            self.send(id, Command::AddBot { added }).await?;
            verdict_of(judged).await
        })
    }

    fn remove_bot(&self, id: SessionId, name: String) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            let (removed, judged) = oneshot::channel();
            self.send(id, Command::RemoveBot { name, removed }).await?;
            verdict_of(judged).await.map(drop)
        })
    }

    fn may_join<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            if asking.role == Role::Player {
                self.may_sit(asking.session, asking.signed.player.id)?;
            }
            authorize(&mut self.new_consumer(), asking).await?;
            let (verdict, judged) = oneshot::channel();
            let user = asking.signed.player.clone();
            let ask = Command::MayJoin { user, role: asking.role, verdict };
            self.send(asking.session, ask).await?;
            verdict_of(judged).await
        })
    }

    fn admit(
        &self,
        asking: Asking,
        outbox: Arc<Outbox>,
        place: OpenSocket,
    ) -> BoxFuture<'_, Result<Admission, Problem>> {
        Box::pin(async move {
            let shared = self.shared()?;
            let mut consumer = self.new_consumer();
            authorize(&mut consumer, &asking).await?;
            let Asking { session, signed, role, query: _, greeting } = asking;
            let (user, spectate) = (signed.player, role == Role::Spectator);
            let table = self.mailbox(session).await?;

            let purse = shared.purses.open(user.id).await.map_err(|_| Problem::internal())?;
            if role == Role::Player {
                self.take_seat((session, &table), &user, &purse).await?;
            }
            let connection = Connection {
                session,
                user,
                spectates: spectate,
                outbox,
                table,
                layer: shared.layer.clone(),
                groups: Mutex::default(),
            };
            let opened = Opened { shared, connection, purse, consumer, place, greeting };
            let admission: Admission = Box::new(move |socket| Box::pin(serve(opened, socket)));
            Ok(admission)
        })
    }

    fn has_seat(&self, id: SessionId, user: PlayerId) -> bool {
        self.handle(id).is_some_and(|handle| handle.seats(user))
    }

    fn rename(&self, id: SessionId, user: Player) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let (done, told) = oneshot::channel();
            self.send_if_awake(id, Command::Rename { user, done }).await;
            let _ = told.await;
        })
    }

    fn depart(&self, id: SessionId, departure: Departure, wakes: bool) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let (done, told) = oneshot::channel();
            let depart = Command::Depart { departure, done };
            match wakes && self.exists(id) {
                true => drop(self.send(id, depart).await),
                false => self.send_if_awake(id, depart).await,
            }
            let _ = told.await;
        })
    }

    fn template(&self) -> &'static str {
        self.table_page().template()
    }

    fn redirect_to(&self) -> &'static str {
        self.table_page().redirect_to()
    }

    fn prepare_page<'a>(
        &'a self,
        session: SessionId,
        user: &'a Player,
        context: &'a mut Context,
    ) -> BoxFuture<'a, Result<(), Instead>> {
        Box::pin(async move {
            let page = Page { user, session, manager: self };
            self.table_page().get(&page, context).await
        })
    }

    fn journal<'a>(
        &'a self,
        id: SessionId,
        viewer: PlayerId,
        for_all: bool,
    ) -> BoxFuture<'a, anyhow::Result<Option<Vec<serde_json::Value>>>> {
        Box::pin(async move {
            let shared = self.shared()?;
            crate::lobby::journal::<G>(&shared, id, viewer, for_all).await
        })
    }

    fn proofs(
        &self,
        id: SessionId,
        viewer: PlayerId,
        for_all: bool,
    ) -> BoxFuture<'_, anyhow::Result<Option<Vec<serde_json::Value>>>> {
        Box::pin(async move {
            let shared = self.shared()?;
            crate::lobby::proofs::<G>(&shared, id, viewer, for_all).await
        })
    }

    fn history<'a>(
        &'a self,
        row: &'a SessionRow,
        asked: Asked,
    ) -> BoxFuture<'a, Result<HistoryPage, Problem>> {
        Box::pin(async move {
            let shared = self.shared()?;
            history::page::<G>(&shared.store, self.bookmarks(), row, asked).await
        })
    }

    fn forget_names(&self) {
        self.bookmarks().clear();
    }

    fn replay<'a>(
        &'a self,
        store: &'a Store,
        id: SessionId,
    ) -> BoxFuture<'a, anyhow::Result<Replayed>> {
        Box::pin(audit::replay::<G>(store, id))
    }

    fn typescript(&self) -> String {
        typescript::of::<G>()
    }
}
