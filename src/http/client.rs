//! Who the client is, behind proxies that may say so.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Once},
};

use actix_web::{
    HttpRequest,
    http::{
        header::{HOST, HeaderMap, HeaderValue},
        uri::Authority,
    },
};
use ipnet::IpNet;
use tracing::warn;

use super::Connection;
use crate::engine::ConnectionId;

/// Headers of which one is on a request that came through a proxy (RFC 9110, 7.6.3; RFC 7239), unless
/// the proxy hides that.
const PROXIES_NAME_THEMSELVES: [&str; 4] = ["via", "forwarded", "x-forwarded-for", "x-real-ip"];

/// Believes the forwarding headers of trusted proxies, and of nobody else.
#[derive(Clone)]
pub struct ClientAddresses {
    trusted: Arc<[IpNet]>,
    warned: Arc<Once>,
}

impl ClientAddresses {
    /// Trusts proxies in these networks.
    pub fn new(trusted: &[IpNet]) -> Self {
        Self {
            trusted: trusted.into(),
            warned: Arc::new(Once::new()),
        }
    }

    /// Whether `address` is a trusted proxy's.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Whether `request` came from a proxy whose forwarding headers are believed.
    pub(super) fn trust_peer_of(&self, request: &HttpRequest) -> bool {
        request
            .peer_addr()
            .is_some_and(|peer| self.trusts(peer.ip()))
    }

    /// The connection on which `request` came, if it is the client's own. What a proxy reads is not
    /// read by its client, and its connections serve one client after the other.
    pub fn own_connection(&self, request: &HttpRequest) -> Option<ConnectionId> {
        let forwarded = PROXIES_NAME_THEMSELVES
            .iter()
            .any(|name| request.headers().contains_key(*name));
        if forwarded || self.trust_peer_of(request) {
            return None;
        }
        Connection::of(request).map(|connection| connection.id())
    }

    /// The client of a request whose connection came from `peer`.
    pub fn resolve(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        let mut chain = forwarded_for(headers).peekable();
        if chain.peek().is_none() {
            return peer;
        }
        if !self.trusts(peer) {
            self.warned.call_once(|| {
                warn!(%peer, "a forwarding header from a peer that is no trusted proxy is ignored; if it is one, name it in http.trusted_proxies");
            });
            return peer;
        }
        // The nearest proxy wrote the last entry; the first that is no proxy of ours is the client.
        let mut client = peer;
        for address in chain {
            match address {
                Some(address) => client = address,
                // Nothing before an entry that cannot be read can be believed.
                None => break,
            }
            if !self.trusts(client) {
                break;
            }
        }
        client
    }
}

/// The entries of `X-Forwarded-For`, or else of `Forwarded`, nearest first.
fn forwarded_for(headers: &HeaderMap) -> Box<dyn Iterator<Item = Option<IpAddr>> + '_> {
    let lines = |name: &'static str| {
        let values: Vec<&str> = headers
            .get_all(name)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        values.into_iter().rev()
    };
    if headers.contains_key("x-forwarded-for") {
        return Box::new(lines("x-forwarded-for").map(parse_node));
    }
    Box::new(lines("forwarded").map(|element| {
        element.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("for")
                .then(|| parse_node(value))?
        })
    }))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `"[2001:db8::1]:4711"`.
fn parse_node(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"');
    let address = node
        .parse::<IpAddr>()
        .or_else(|_| node.parse::<SocketAddr>().map(|address| address.ip()))
        .or_else(|_| node.trim_start_matches('[').trim_end_matches(']').parse());
    address.ok().map(|address| address.to_canonical())
}

/// The client of `request`.
pub fn client_address(request: &HttpRequest, addresses: &ClientAddresses) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    addresses.resolve(peer, request.headers())
}

/// Headers by which a proxy says that it is one.
const FORWARDING: [&str; 6] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Whether `request` was made on this machine, and for it.
///
/// A proxy on this machine that nobody has named as trusted brings requests from anywhere. And a
/// page of anybody's can have its name lead here; a browser then sends that name.
pub fn is_local(request: &HttpRequest, addresses: &ClientAddresses) -> bool {
    let headers = request.headers();
    let own = || {
        let forwarded = FORWARDING.iter().any(|name| headers.contains_key(*name));
        !forwarded && headers.get(HOST).is_none_or(names_this_machine)
    };
    client_address(request, addresses).is_loopback() && (addresses.trust_peer_of(request) || own())
}

fn names_this_machine(host: &HeaderValue) -> bool {
    let authority = host
        .to_str()
        .ok()
        .and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let host = authority.host();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::ClientAddresses;

    fn resolve(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let addresses = ClientAddresses::new(&["10.0.0.0/8".parse().unwrap()]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let peer: IpAddr = peer.parse().unwrap();
        addresses.resolve(peer, &map).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        let spoofed = [("x-forwarded-for", "192.0.2.9")];
        assert_eq!(resolve("198.51.100.1", &spoofed), "198.51.100.1");
    }

    #[test]
    fn behind_proxies_the_nearest_stranger_is_the_client() {
        let chain = [
            ("x-forwarded-for", "192.0.2.66, 203.0.113.5"),
            ("x-forwarded-for", "10.0.0.7"),
        ];
        assert_eq!(resolve("10.0.0.1", &chain), "203.0.113.5");
        assert_eq!(resolve("::ffff:10.0.0.1", &chain), "203.0.113.5");
        assert_eq!(resolve("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_understood() {
        let header = [(
            "forwarded",
            r#"for=192.0.2.1;proto=http, For="[2001:db8::7]:4711""#,
        )];
        assert_eq!(resolve("10.0.0.1", &header), "2001:db8::7");
    }

    #[test]
    fn nothing_before_an_unreadable_entry_is_believed() {
        let chain = [("x-forwarded-for", "192.0.2.66, unknown, 10.0.0.9")];
        assert_eq!(resolve("10.0.0.1", &chain), "10.0.0.9");
    }
}
