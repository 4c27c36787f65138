//! The page around one session: log-in, existence check, redirect and rendering are the framework's.

use crate::{
    problem::Problem,
    session::{SessionId, SessionManager},
};
use futures_util::future::BoxFuture;
use parlor_core::{Game, Player};
use std::{collections::BTreeMap, fmt, future::Future, marker::PhantomData};

/// What a template is given besides what every page knows.
pub type Context = BTreeMap<String, serde_json::Value>;

/// A table's page that somebody asks for, who is signed in, of a session that exists.
pub struct Page<'a, G: Game> {
    /// Who asks.
    pub user: &'a Player,
    /// Which session.
    pub session: SessionId,
    /// All sessions of the game.
    pub manager: &'a SessionManager<G>,
}

impl<G: Game> fmt::Debug for Page<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Page({})", self.session)
    }
}

/// Another answer than the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// Go to this path.
    Redirect(String),
    /// This went wrong.
    Problem(Problem),
}

/// The page around one session. Rendering always runs last, so it can't be forgotten.
pub trait GameSessionView: Send + Sync + 'static {
    /// The game whose tables these are.
    type Game: Game;

    /// The template of the page.
    const TEMPLATE_NAME: &'static str;

    /// The name of the route where one goes who asks for a session that does not exist; empty for the game's list of tables.
    const REDIRECT_TO: &'static str = "";

    /// More for the template than every table's page has.
    ///
    /// # Errors
    /// Another answer than the page.
    fn get(
        &self,
        page: &Page<'_, Self::Game>,
        context: &mut Context,
    ) -> impl Future<Output = Result<(), Instead>> + Send {
        let _ = (page, context);
        async { Ok(()) }
    }
}

/// The framework's own table page, for any game.
pub(crate) struct DefaultTablePage<G>(PhantomData<fn() -> G>);

impl<G> Default for DefaultTablePage<G> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<G: Game> GameSessionView for DefaultTablePage<G> {
    type Game = G;
    const TEMPLATE_NAME: &'static str = "table.html";
}

/// A view whose type is forgotten.
pub(crate) trait AnyTablePage<G: Game>: Send + Sync {
    fn template(&self) -> &'static str;
    fn redirect_to(&self) -> &'static str;
    fn get<'a>(
        &'a self,
        page: &'a Page<'a, G>,
        context: &'a mut Context,
    ) -> BoxFuture<'a, Result<(), Instead>>;
}

impl<V: GameSessionView> AnyTablePage<V::Game> for V {
    fn template(&self) -> &'static str {
        V::TEMPLATE_NAME
    }

    fn redirect_to(&self) -> &'static str {
        V::REDIRECT_TO
    }

    fn get<'a>(
        &'a self,
        page: &'a Page<'a, V::Game>,
        context: &'a mut Context,
    ) -> BoxFuture<'a, Result<(), Instead>> {
        Box::pin(GameSessionView::get(self, page, context))
    }
}
