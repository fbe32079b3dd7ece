//! What goes back to the client.

use super::Body;

/// A complete HTTP answer; its length is known, because old clients cannot read chunked ones.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`; none without a body.
    pub content_type: Option<&'static str>,
    /// `Cache-Control`.
    pub cache_control: Option<&'static str>,
    /// The body.
    pub body: Body,
}

impl Response {
    /// An answer that is nothing but a status.
    pub const fn empty(status: u16) -> Self {
        Self {
            status,
            content_type: None,
            cache_control: Some("private"),
            body: Body::empty(),
        }
    }
}
