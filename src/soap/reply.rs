//! The answer of an operation that ran.

use bytes::Bytes;

use super::{Response, Version, envelope};

/// The result of an operation and its `ref` parameters, in the order they go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    operation: &'static str,
    /// Element names and texts.
    values: Vec<(String, String)>,
}

impl Reply {
    /// Begins the reply of `operation`, without a result.
    pub fn new(operation: &'static str) -> Self {
        Self {
            operation,
            values: Vec::new(),
        }
    }

    /// Adds an `int` result.
    #[must_use]
    pub fn result_int(self, value: i32) -> Self {
        self.result(value.to_string())
    }

    /// Adds a `long` result.
    #[must_use]
    pub fn result_long(self, value: i64) -> Self {
        self.result(value.to_string())
    }

    /// Adds a `boolean` result.
    #[must_use]
    pub fn result_boolean(self, value: bool) -> Self {
        self.result(value.to_string())
    }

    /// Adds a `string` result; a null one is left out.
    #[must_use]
    pub fn result_string(self, value: Option<String>) -> Self {
        match value {
            Some(value) => self.result(value),
            None => self,
        }
    }

    /// Adds a `ref` parameter of type `string`: null is left out, empty is `<name />`.
    #[must_use]
    pub fn ref_string(mut self, name: &'static str, value: Option<String>) -> Self {
        self.values
            .extend(value.map(|value| (name.to_owned(), value)));
        self
    }

    fn result(mut self, text: String) -> Self {
        self.values
            .push((format!("{}Result", self.operation), text));
        self
    }

    pub(super) fn into_response(self, version: Version, namespace: &str) -> Response {
        let wrapper = format!("{}Response", self.operation);
        let body = envelope::write(version, |xml| {
            xml.open("soap:Body")
                .markup("<")
                .markup(&wrapper)
                .markup(r#" xmlns=""#)
                .text(namespace)
                .markup(r#"">"#);
            for (name, text) in &self.values {
                xml.element(name, text);
            }
            xml.close(&wrapper).close("soap:Body");
        });
        Response {
            status: 200,
            content_type: Some(version.content_type()),
            cache_control: Some("private, max-age=0"),
            body: Bytes::from(body),
        }
    }
}
