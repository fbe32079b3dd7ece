//! The answer of an operation that ran.

use bytes::Bytes;

use super::{Response, Type, Version, envelope};
use crate::xml::Writer;

/// The result of an operation and its `ref` parameters, in the order they go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    operation: &'static str,
    result: Option<String>,
    refs: Vec<(&'static str, String)>,
}

impl Reply {
    /// Begins the reply of `operation`, without a result.
    pub fn new(operation: &'static str) -> Self {
        Self {
            operation,
            result: None,
            refs: Vec::new(),
        }
    }

    /// Adds an `int` result.
    #[must_use]
    pub fn result_int(self, value: i32) -> Self {
        self.with_result(value.to_string())
    }

    /// Adds a `long` result.
    #[must_use]
    pub fn result_long(self, value: i64) -> Self {
        self.with_result(value.to_string())
    }

    /// Adds a `boolean` result.
    #[must_use]
    pub fn result_boolean(self, value: bool) -> Self {
        self.with_result(value.to_string())
    }

    /// Adds a `string` result; a null one is left out.
    #[must_use]
    pub fn result_string(self, value: Option<String>) -> Self {
        match value {
            Some(value) => self.with_result(value),
            None => self,
        }
    }

    /// Adds a `ref` parameter of type `string`: null is left out, empty is `<name />`.
    #[must_use]
    pub fn ref_string(mut self, name: &'static str, value: Option<String>) -> Self {
        self.refs.extend(value.map(|value| (name, value)));
        self
    }

    fn with_result(mut self, text: String) -> Self {
        self.result = Some(text);
        self
    }

    /// The result as it is written, unless it is null.
    pub fn result(&self) -> Option<&str> {
        self.result.as_deref()
    }

    /// Names and texts of the `ref` parameters that are not null.
    pub fn refs(&self) -> &[(&'static str, String)] {
        &self.refs
    }

    /// The answer in an envelope of this version.
    pub fn into_response(self, version: Version, namespace: &str) -> Response {
        let wrapper = format!("{}Response", self.operation);
        let body = envelope::write(version, |xml| {
            xml.open("soap:Body")
                .markup("<")
                .markup(&wrapper)
                .markup(r#" xmlns=""#)
                .text(namespace)
                .markup(r#"">"#);
            if let Some(result) = &self.result {
                xml.element(&format!("{}Result", self.operation), result);
            }
            for (name, text) in &self.refs {
                xml.element(name, text);
            }
            xml.close(&wrapper).close("soap:Body");
        });
        answered(version.content_type(), body)
    }

    /// The answer of the form bindings: the result as an element named after its type, on a line
    /// of its own.
    pub(super) fn into_form_response(self, result: Type, namespace: &str) -> Response {
        let mut xml = Writer::new();
        xml.markup("\r\n<").markup(result.name());
        if self.result.is_none() {
            xml.markup(r#" xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#);
        }
        xml.markup(r#" xmlns=""#).text(namespace);
        match self.result.filter(|text| !text.is_empty()) {
            Some(text) => xml.markup(r#"">"#).text(&text).close(result.name()),
            None => xml.markup(r#"" />"#),
        };
        answered(Version::V11.content_type(), xml.finish())
    }
}

fn answered(content_type: &'static str, body: String) -> Response {
    Response {
        status: 200,
        content_type: Some(content_type),
        cache_control: Some("private, max-age=0"),
        body: Bytes::from(body),
    }
}
