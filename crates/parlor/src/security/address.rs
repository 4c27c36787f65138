//! From which address a request comes.

use crate::site::Shared;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use ipnet::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// The address of the client: the peer's, or the one that trusted proxies name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Arc<Shared>> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let forwarded = parts.headers.get_all("x-forwarded-for").iter();
        let forwarded: Vec<&str> = forwarded.filter_map(|value| value.to_str().ok()).collect();
        Ok(Self(behind(&shared.settings.trusted_proxies, peer, &forwarded.join(","))))
    }
}

/// Walks from the peer backwards through `X-Forwarded-For`, as long as each hop is a trusted proxy.
fn behind(trusted: &[IpNet], peer: IpAddr, forwarded: &str) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut client = peer.to_canonical();
    for hop in forwarded.rsplit(',') {
        if !is_trusted(client) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let ask =
            |peer: &str, forwarded| behind(&trusted, peer.parse().unwrap(), forwarded).to_string();
        assert_eq!(ask("192.0.2.1", "203.0.113.9"), "192.0.2.1", "a stranger's header is ignored");
        assert_eq!(ask("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(ask("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
        assert_eq!(ask("10.0.0.1", "nonsense"), "10.0.0.1");
        assert_eq!(ask("10.0.0.1", ""), "10.0.0.1");
    }
}
