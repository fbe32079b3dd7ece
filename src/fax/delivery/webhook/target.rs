//! An address of the service, taken apart.

use hyper::{
    Uri,
    http::uri::{PathAndQuery, Scheme},
};

/// An address of the service.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The setting it comes from, for people.
    pub setting: &'static str,
    /// Whether it is spoken to inside TLS.
    pub tls: bool,
    /// Name or address, the latter without brackets.
    pub host: String,
    pub port: u16,
    /// Host and port as they stand in the address.
    pub authority: String,
    /// What follows them.
    pub path: String,
}

impl Target {
    /// Takes an address apart.
    pub fn parse(setting: &'static str, address: &str) -> Result<Self, String> {
        let wrong = || format!("{setting} is not an address as in https://host/path");
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let authority = uri.authority().ok_or_else(wrong)?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(wrong()),
        };
        // A port that is none reads as if there was no port.
        if authority.as_str().contains('@') || authority.as_str().ends_with(':') {
            return Err(wrong());
        }
        let host = authority.host();
        let bare = host
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'))
            .unwrap_or(host);
        if bare.is_empty() || (authority.port_u16().is_none() && authority.as_str() != host) {
            return Err(wrong());
        }
        Ok(Self {
            setting,
            tls,
            host: bare.to_owned(),
            port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            authority: authority.to_string(),
            path: match uri.path_and_query().map_or("/", PathAndQuery::as_str) {
                query if query.starts_with('?') => format!("/{query}"),
                path => path.to_owned(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn addresses_are_taken_apart() {
        let cases = [
            ("https://fax.example/in", true, "fax.example", 443, "/in"),
            ("http://fax.example", false, "fax.example", 80, "/"),
            (
                "https://fax.example:8443?a=b",
                true,
                "fax.example",
                8443,
                "/?a=b",
            ),
            ("http://[::1]:9000/in?a", false, "::1", 9000, "/in?a"),
            ("https://10.0.0.7/", true, "10.0.0.7", 443, "/"),
        ];
        for (address, tls, host, port, path) in cases {
            let target = Target::parse("webhook.url", address).expect(address);
            let found = (target.tls, &*target.host, target.port, &*target.path);
            assert_eq!(found, (tls, host, port, path), "{address}");
        }
    }

    #[test]
    fn nothing_else_is_one() {
        let wrong = [
            "",
            "/",
            "fax.example",
            "ftp://fax.example/",
            "https://",
            "https:///in",
            "https://a:b@fax.example/",
            "https://fax.example:/",
            "https://fax.example:99999/",
            "https://fax example/",
            "https://[::1/",
        ];
        for address in wrong {
            assert!(Target::parse("webhook.url", address).is_err(), "{address}");
        }
    }
}
