//! Where a client has reached us, as the client spells it.

use actix_web::{
    HttpRequest,
    http::{
        header::{HOST, HeaderMap},
        uri::Authority,
    },
};

use super::{ClientAddresses, Connection};

/// The address under which a client reached `path` here: what it called us, or what a trusted
/// proxy says that it called the proxy.
pub fn public_address(request: &HttpRequest, proxies: &ClientAddresses, path: &str) -> String {
    let headers = request.headers();
    let forwarded = if proxies.trust_peer_of(request) {
        Forwarded::read(headers)
    } else {
        Forwarded::default()
    };
    let connection = Connection::of(request);
    let https = forwarded.https.unwrap_or_else(|| {
        connection
            .as_ref()
            .is_some_and(|connection| connection.is_tls())
    });
    let scheme = if https { "https" } else { "http" };
    let host = forwarded
        .host
        .or_else(|| first(headers, HOST.as_str()).filter(|host| is_host(host)));
    let usual = if https { 443 } else { 80 };
    let port = forwarded.port.filter(|&port| port != usual);
    let authority = match (host, port) {
        (Some(host), Some(port)) if !has_port(host) => format!("{host}:{port}"),
        (Some(host), _) => host.to_owned(),
        // HTTP/1.0 need not say how it calls us.
        (None, _) => connection
            .and_then(|connection| connection.local_address())
            .unwrap_or_else(|| request.app_config().local_addr())
            .to_string(),
    };
    let prefix = forwarded.prefix.trim_end_matches('/');
    format!("{scheme}://{authority}{prefix}{path}")
}

/// What a proxy says about the request that it got.
#[derive(Default)]
struct Forwarded<'a> {
    /// Whether the client came to the proxy by TLS, if that is said.
    https: Option<bool>,
    host: Option<&'a str>,
    port: Option<u16>,
    prefix: &'a str,
}

impl<'a> Forwarded<'a> {
    /// From the `X-Forwarded-` headers; what they leave open, from `Forwarded`. Of several
    /// entries the first is the one of the proxy that the client spoke to.
    fn read(headers: &'a HeaderMap) -> Self {
        let standard = |wanted: &str| {
            first(headers, "forwarded")?.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case(wanted)
                    .then(|| value.trim().trim_matches('"'))
            })
        };
        let scheme = first(headers, "x-forwarded-proto").or_else(|| standard("proto"));
        let host = first(headers, "x-forwarded-host").or_else(|| standard("host"));
        Self {
            https: scheme.map(|scheme| scheme.eq_ignore_ascii_case("https")),
            host: host.filter(|host| is_host(host)),
            port: first(headers, "x-forwarded-port")
                .and_then(|port| port.parse().ok())
                .filter(|&port| port > 0),
            prefix: first(headers, "x-forwarded-prefix")
                .filter(|prefix| is_path(prefix))
                .unwrap_or_default(),
        }
    }
}

/// The first entry of a header that holds a list.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim)
}

/// Whether this can be a host with or without a port: it becomes part of an address.
fn is_host(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    text.chars().all(allowed)
        && text.parse::<Authority>().is_ok_and(|authority| {
            let port = authority.port_u16();
            !authority.host().is_empty() && port.map_or(!has_port(text), |port| port > 0)
        })
}

/// Whether this can be the beginning of a path: it becomes part of an address.
fn is_path(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/-._~!$&()*+,;=:@%".contains(c);
    text.starts_with('/') && text.chars().all(allowed)
}

/// The colons of an IPv6 address stand in brackets.
fn has_port(host: &str) -> bool {
    let behind = host.rsplit(']').next().unwrap_or(host);
    behind.contains(':')
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{ClientAddresses, is_host, public_address};

    fn address(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let mut request = TestRequest::default().peer_addr(format!("{peer}:4711").parse().unwrap());
        for &header in headers {
            request = request.insert_header(header);
        }
        let proxies = ClientAddresses::new(&["10.0.0.0/8".parse().unwrap()]);
        public_address(&request.to_http_request(), &proxies, "/dfs.asmx")
    }

    #[test]
    fn it_is_what_the_client_called_us() {
        let host = [("host", "fax.example:8080")];
        assert_eq!(
            address("192.0.2.1", &host),
            "http://fax.example:8080/dfs.asmx"
        );
        assert_eq!(
            address("192.0.2.1", &[("host", "[2001:db8::1]:8080")]),
            "http://[2001:db8::1]:8080/dfs.asmx"
        );
    }

    #[test]
    fn a_stranger_cannot_choose_it() {
        let headers = [
            ("host", "fax.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "host=evil.example"),
        ];
        assert_eq!(
            address("192.0.2.1", &headers),
            "http://fax.example/dfs.asmx"
        );
    }

    #[test]
    fn behind_a_proxy_it_is_the_proxys() {
        let headers = [
            ("host", "10.0.0.9:8080"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "fax.example, inner.example"),
            ("x-forwarded-prefix", "/legacy/"),
        ];
        assert_eq!(
            address("10.0.0.1", &headers),
            "https://fax.example/legacy/dfs.asmx"
        );
        let standard = [(
            "forwarded",
            r#"for=192.0.2.1;Proto=https;host="fax.example:8443""#,
        )];
        assert_eq!(
            address("10.0.0.1", &standard),
            "https://fax.example:8443/dfs.asmx"
        );
    }

    #[test]
    fn a_port_is_written_once_and_only_if_it_is_not_the_usual_one() {
        for (host, port, expected) in [
            ("fax.example", "8443", "https://fax.example:8443/dfs.asmx"),
            ("fax.example", "443", "https://fax.example/dfs.asmx"),
            (
                "fax.example:8443",
                "8443",
                "https://fax.example:8443/dfs.asmx",
            ),
            (
                "[2001:db8::1]",
                "8443",
                "https://[2001:db8::1]:8443/dfs.asmx",
            ),
        ] {
            let headers = [
                ("x-forwarded-host", host),
                ("x-forwarded-port", port),
                ("x-forwarded-proto", "https"),
            ];
            assert_eq!(address("10.0.0.1", &headers), expected);
        }
    }

    #[test]
    fn what_is_no_host_is_none() {
        for host in [
            "", ":", "a:", ":80", "a:0", "a:99999", "a:1:2", "[::1", "a b", "a/b", "u@a",
        ] {
            assert!(!is_host(host), "{host}");
        }
        for host in [
            "a",
            "a.example:8080",
            "192.0.2.1:1",
            "[::1]",
            "[2001:db8::1]:65535",
        ] {
            assert!(is_host(host), "{host}");
        }
    }

    #[test]
    fn what_cannot_be_a_host_is_not_believed() {
        let headers = [
            ("host", "fax.example"),
            ("x-forwarded-host", "fax.example/<path>"),
            ("x-forwarded-prefix", "/legacy path"),
        ];
        assert_eq!(address("10.0.0.1", &headers), "http://fax.example/dfs.asmx");
    }
}
