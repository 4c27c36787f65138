//! Connections: accepted, served, and cut off where they bring no request.

use super::{Shared, stopping};
use crate::{limit::Place, settings::Limit};
use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::ConnectInfo,
    http::{Request, Response, StatusCode},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    time::timeout,
};
use tower::ServiceExt as _;

/// The longest header of a request, in bytes; a longer one is answered 431.
const HEADER: usize = 32 << 10;

/// How long to wait where the system has no room for one more connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Serves until it is told to stop, and until all connections have ended then. Those of sockets are not among them: what has
/// become a socket is no connection of HTTP any more.
pub(super) async fn serve(
    shared: Arc<Shared>,
    listener: TcpListener,
    app: Router,
    mut stop: watch::Receiver<bool>,
) {
    // Nothing is sent: it is closed when the last connection has dropped its end.
    let (ended, connection) = watch::channel(());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping(&mut stop) => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let place = Arc::new(shared.waiting.accept(address.ip()));
                let serving =
                    one(shared.clone(), stream, address, place, app.clone(), stop.clone());
                let connection = connection.clone();
                tokio::spawn(async move {
                    serving.await;
                    drop(connection);
                });
            }
            Err(why) if is_the_connections(&why) => {}
            Err(why) => {
                tracing::error!("a connection can't be accepted: {why}");
                // It may have some when others have ended.
                let _ = timeout(NO_ROOM, stopping(&mut stop)).await;
            }
        }
    }
    drop((listener, connection));
    ended.closed().await;
}

/// Serves one connection until it ends.
async fn one(
    shared: Arc<Shared>,
    stream: TcpStream,
    address: SocketAddr,
    place: Arc<Place>,
    app: Router,
    mut stop: watch::Receiver<bool>,
) {
    // Small frames must not wait for each other (Nagle's algorithm).
    let _ = stream.set_nodelay(true);
    let limits = &shared.settings.limits;
    let asked = Notify::new();
    let service = service_fn(|request| {
        asked.notify_one();
        answer(app.clone(), place.clone(), address, request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.keep_alive);
    http.max_header_size(HEADER).max_buf_size(HEADER);
    let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    let mut first = pin!(timeout(limits.request_time, asked.notified()));
    let (mut has_asked, mut is_stopping) = (false, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(why) = ended {
                    shared.metrics.hit(why.is_timeout().then_some(Limit::KeepAlive));
                    tracing::debug!(%address, "a connection has failed: {why}");
                }
                return;
            }
            () = place.is_cut() => return,
            in_time = first.as_mut(), if !has_asked => match in_time {
                Ok(()) => has_asked = true,
                Err(_) => {
                    shared.metrics.hit(Limit::RequestTime);
                    return;
                }
            },
            () = stopping(&mut stop), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    app: Router,
    place: Arc<Place>,
    address: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    if !place.ask() {
        return Err(Cut);
    }
    request.extensions_mut().insert(ConnectInfo(address));
    let answered: Result<_, Infallible> = app.oneshot(request.map(Body::new)).await;
    let Ok(response) = answered;
    // One that goes on for as long as it likes, and one that becomes a socket, are waited for by the site.
    let is_whole = response.body().size_hint().exact().is_some();
    if is_whole && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        place.wait();
    }
    Ok(response)
}

/// The connection was cut off while its request arrived.
#[derive(Debug, thiserror::Error)]
#[error("cut off to make room")]
struct Cut;

/// Whether it is the one connection that has failed, and not the listening.
fn is_the_connections(why: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(why.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
