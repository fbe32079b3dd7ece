//! By which names the operators' port may be asked.
//!
//! A web page can make its visitor's browser ask any address, and read the answer if the page's own
//! name leads to that address by then (DNS rebinding). Such a request names the page's host.

use std::net::IpAddr;

use actix_web::{
    Error, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, uri::Authority},
    middleware::Next,
    web,
};

/// The names that are allowed beside IP addresses and `localhost`, in lower case (`admin.hosts`).
#[derive(Clone, Debug)]
pub struct Hosts(pub Vec<String>);

impl Hosts {
    /// Whether a request to this host, with or without a port, is answered.
    fn allow(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            // Not the inside of an IPv6 address.
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let name = name.strip_suffix('.').unwrap_or(name);
        let bare = name.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        bare.unwrap_or(name).parse::<IpAddr>().is_ok()
            || name.eq_ignore_ascii_case("localhost")
            || self.0.iter().any(|it| it.eq_ignore_ascii_case(name))
    }
}

/// Refuses requests to hosts that are not allowed; a middleware. What names none comes from no browser.
///
/// # Errors
/// Those of the service it wraps.
pub async fn refuse_other_hosts<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let hosts = request.app_data::<web::Data<Hosts>>();
    let named = request
        .headers()
        .get_all("host")
        .map(|value| value.to_str().unwrap_or("?"));
    let in_line = request.uri().authority().map(Authority::as_str);
    let is_allowed = |host: &str| hosts.is_some_and(|hosts| hosts.allow(host));
    if named.chain(in_line).all(is_allowed) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let why = "chunkgate: this port is asked by its IP address, as localhost, or by a name that admin.hosts \
               (CHUNKGATE__ADMIN__HOSTS) lists\n";
    let refusal = HttpResponse::build(StatusCode::MISDIRECTED_REQUEST)
        .content_type("text/plain; charset=utf-8")
        .body(why);
    Ok(request.into_response(refusal).map_into_right_body())
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[test]
    fn addresses_localhost_and_listed_names_are_allowed_with_any_port() {
        let hosts = Hosts(vec!["gateway.example.com".to_owned()]);
        for host in [
            "127.0.0.1",
            "127.0.0.1:8081",
            "[::1]",
            "[::1]:8081",
            "localhost",
            "LocalHost:8081",
            "localhost.",
            "gateway.example.com",
            "Gateway.Example.Com:80",
        ] {
            assert!(hosts.allow(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8081",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "example.com",
            "gateway.example.com.evil.example",
            "127.0.0.1@evil.example",
            "?",
        ] {
            assert!(!hosts.allow(host), "{host}");
        }
    }
}
