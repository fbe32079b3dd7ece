//! What all pages share.

use std::sync::LazyLock;

use base64_simd::STANDARD;
use bytes::Bytes;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{Help, entered::Place};

const STYLE: &str = include_str!("style.css");

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The document.
    html: String,
    /// Held until the page has gone out, as long as the page is long.
    place: Option<Place>,
}

impl Page {
    /// The page, which holds a place among the long ones.
    pub(super) fn holding(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }
}

impl AsRef<[u8]> for Page {
    fn as_ref(&self) -> &[u8] {
        self.html.as_bytes()
    }
}

impl From<Page> for Bytes {
    fn from(page: Page) -> Self {
        if page.place.is_none() {
            return page.html.into();
        }
        Self::from_owner(page)
    }
}

/// What a browser may do on a page: use its style sheet, and send its forms to the service.
pub fn content_security_policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let digest = STANDARD.encode_to_string(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'"
        )
    });
    &POLICY
}

/// A whole document around `content`.
pub(super) fn document(help: &Help<'_>, title: &str, content: &Markup) -> Page {
    let name = help.contract.name;
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="alternate" type="text/xml" href="?disco";
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    a.service href="?" { (name) }
                    nav { a href="?wsdl" { "Service Description" } }
                }
                main { (content) }
            }
        }
    };
    Page {
        html: document.into_string(),
        place: None,
    }
}
