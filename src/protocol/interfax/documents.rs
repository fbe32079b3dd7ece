//! What the service says about itself.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};

use bytes::Bytes;

use crate::{
    http::public_address,
    soap::{
        self,
        help::{Help, Page, content_security_policy},
    },
};

use super::{CONTRACT, InterFax, meanings::GUIDE};

const WSDL: &str = include_str!("../../../wsdl/dfs.wsdl");

const ABOUT: &str = "Takes documents in chunks from programs that send faxes.";

/// The `Content-Type` of pages.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What the help page shows for a `SessionID`.
pub const SESSION_ID: &str = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

/// What a GET or HEAD asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Document {
    Description,
    Discovery,
    /// The page of an operation, or the list of all.
    Help(Option<String>),
}

impl Document {
    /// A name without a value decides, in any case; `op` names the operation of a help page.
    pub(super) fn asked_for(query: &str) -> Self {
        let pairs = || form_urlencoded::parse(query.as_bytes());
        let named = |name: &str| {
            pairs().any(|(key, value)| value.is_empty() && key.eq_ignore_ascii_case(name))
        };
        if named("wsdl") {
            Self::Description
        } else if named("disco") {
            Self::Discovery
        } else {
            let mut operations = pairs().filter(|(key, _)| key.eq_ignore_ascii_case("op"));
            Self::Help(operations.next().map(|(_, name)| name.into_owned()))
        }
    }
}

impl InterFax {
    /// Answers GET and HEAD.
    ///
    /// Deviation: the original answers HEAD with 405; tools that look before they fetch are better
    /// off with an answer (`help::documents`).
    pub(super) fn document(&self, request: &HttpRequest) -> HttpResponse {
        let address = self.address(request);
        match Document::asked_for(request.query_string()) {
            Document::Description => xml(soap::wsdl::render(WSDL, &address)),
            Document::Discovery => xml(soap::disco::render(&CONTRACT, &address)),
            Document::Help(operation) => {
                let help = self.help(request, &address);
                page(match operation {
                    Some(name) => help.operation(&name),
                    None => help.index(),
                })
            }
        }
    }

    pub(super) fn help<'a>(&self, request: &HttpRequest, address: &'a str) -> Help<'a> {
        Help {
            contract: &CONTRACT,
            about: ABOUT,
            address,
            http_get: self.settings.http_get,
            test_form: self.test_form(request),
            guide: &GUIDE,
        }
    }

    /// The path of the service.
    pub fn path(&self) -> &str {
        &self.settings.path
    }

    /// The address a client is to send its calls to: the fixed one, or the one it has used.
    pub(super) fn address(&self, request: &HttpRequest) -> String {
        let path = &self.settings.path;
        match &self.settings.public_url {
            Some(url) => format!("{}{path}", url.trim_end_matches('/')),
            None => public_address(request, &self.addresses, path),
        }
    }
}

fn xml(document: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(document)
}

pub(super) fn page(page: Page) -> HttpResponse {
    let mut response = HttpResponse::Ok()
        .content_type(HTML)
        .insert_header((CACHE_CONTROL, "private, max-age=0"))
        .body(Bytes::from(page));
    confine(&mut response);
    response
}

/// Tells the browser what the page in `response` may do: nothing but send its forms back here.
pub(super) fn confine(response: &mut HttpResponse) {
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, content_security_policy()),
        // Stricter, a browser would not say that a form comes from one of our own pages.
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
}
