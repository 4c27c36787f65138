//! Serving: from the settings to the first request, and to a graceful stop.

use super::{Loading, Running, Shared, Site, archiving, listen, router};
use crate::{
    accounts::{self, Logins, Passwords, Purses, Tickets},
    any::AnyGame,
    channel::LocalLayer,
    limit::{Failures, PerAddress, PerUser, Waiting},
    metrics::Metrics,
    page::{Assets, Files, Names, Templates},
    session::{Seats, Watch},
    settings::{SettingError, Settings},
    socket::{Close, Sockets},
    staff::{self, Samples},
    store::Store,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    time::timeout,
};

/// How many journals are read at a time: each may be long, and none waits for a game.
const JOURNALS: usize = 4;

pub(super) async fn start(site: Site, settings: Settings) -> Result<Running, SettingError> {
    let listener = TcpListener::bind(settings.bind).await.map_err(|why| {
        let mend = format!("{} can't be listened on ({why}); choose another port", settings.bind);
        SettingError::new("--bind", mend)
    })?;
    let address = listener.local_addr().unwrap_or(settings.bind);
    let store = Store::open(&settings.database).await?;
    store.can_be_written().await?;
    let Site { title, games, routes, named, templates, statics, types: _, layer, clock } = site;
    let mut names = Names::of(games.keys().copied());
    named.iter().for_each(|(name, path)| names.add(name, path));
    let files = Arc::new(Files::new(before(statics, Assets::own_statics())));
    let limits = &settings.limits;
    let metrics = Arc::new(Metrics::of(store.measures()));
    let shared = Arc::new(Shared {
        origins: settings.origins(address.port()),
        games,
        purses: Purses::new(store.clone()),
        passwords: Passwords::new(metrics.clone()),
        logins: Logins::new(clock.clone()),
        tickets: Tickets::new(clock.clone(), metrics.clone()),
        sockets: Arc::<Sockets>::default(),
        seats: Seats::default(),
        layer: layer.unwrap_or_else(|| Arc::new(LocalLayer::default())),
        failures: Failures::new(
            limits.login_failures,
            limits.login_failures_per_hour,
            clock.clone(),
            metrics.clone(),
        ),
        guests: PerAddress::per_hour(limits.guests_per_hour, metrics.clone()),
        sign_ups: PerAddress::per_hour(limits.sign_ups_per_hour, metrics.clone()),
        waiting: Waiting::new(
            limits.waiting,
            limits.waiting_per_address,
            settings.trusted_proxies.clone(),
            metrics.clone(),
        ),
        journals: Semaphore::new(JOURNALS),
        failed_handshakes: PerAddress::per_minute(limits.failed_handshakes, metrics.clone()),
        handshakes: PerUser::per_minute(limits.handshakes_per_user, metrics.clone()),
        watch: Watch::start(metrics.clone()),
        metrics,
        samples: Samples::default(),
        templates: Templates::new(
            before(templates, Assets::own_templates()),
            files.clone(),
            names.clone(),
            &title,
        ),
        statics: files,
        names,
        loading: watch::Sender::new(Loading::Going),
        draining: watch::Sender::new(false),
        clock,
        store,
        settings,
    });
    for game in shared.games() {
        check_page(&shared, &**game)?;
        game.bind(&shared);
    }
    // Connections are accepted meanwhile, and wait.
    tokio::spawn(load(shared.clone()));
    let app = router::router(&shared, routes);
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(listen::serve(shared.clone(), listener, app, stopped));
    tokio::spawn(accounts::watch(Arc::downgrade(&shared), shared.draining.subscribe()));
    tokio::spawn(staff::sample(Arc::downgrade(&shared), shared.draining.subscribe()));
    Ok(Running { shared, address, stop, serving })
}

/// Makes the open sessions of all games known.
async fn load(shared: Arc<Shared>) {
    for game in shared.games() {
        if let Err(why) = game.resume_all().await {
            let why = format!("the sessions of {} can't be read: {why:#}", game.name());
            let why = SettingError::new("--database-url", why);
            shared.loading.send_replace(Loading::Failed(why));
            return;
        }
    }
    shared.loading.send_replace(Loading::Done);
    tokio::spawn(archiving::run(Arc::downgrade(&shared), shared.draining.subscribe()));
}

/// A table's page that could not be rendered is better known now than when somebody asks for it.
fn check_page(shared: &Shared, game: &dyn AnyGame) -> Result<(), SettingError> {
    let wrong = |mend: String| Err(SettingError::new("the table's page", mend));
    let (name, template, route) = (game.name(), game.template(), game.redirect_to());
    if !shared.templates.has(template) {
        return wrong(format!(
            "{name} wants the template {template:?}; add it to the site's templates"
        ));
    }
    if !route.is_empty() && shared.names.path(route, &[]).is_err() {
        return wrong(format!("{name} leads to {route:?}, which is no route without arguments"));
    }
    Ok(())
}

/// The site's own folders, then the framework's.
fn before(mut own: Vec<Assets>, framework: Assets) -> Vec<Assets> {
    own.push(framework);
    own
}

pub(super) async fn stop(running: Running) {
    let Running { shared, stop, serving, .. } = running;
    let longest = shared.settings.drain_timeout;
    shared.draining.send_replace(true);
    shared.sockets.close_all(&Close::STOPPING);
    let quiet = async {
        shared.sockets.none().await;
        for game in shared.games() {
            game.rest().await;
        }
    };
    if timeout(longest, quiet).await.is_err() {
        tracing::warn!("some connections did not close in time");
    }
    // The next start has less to read then; the log has it all otherwise.
    if let Err(why) = shared.store.fold().await {
        tracing::warn!("the journal was not folded: {why}");
    }
    stop.send_replace(true);
    // Requests that are being answered have a moment; idle connections are cut.
    let _ = timeout(Duration::from_millis(500), serving).await;
}
