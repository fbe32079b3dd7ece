//! The answer of an operation that ran.

use super::{
    Body, IntoValue, Response, Type, Value, Version, envelope,
    written::{Layout, Written},
};
use crate::xml::Writer;

/// The result of an operation and its `ref` parameters, in the order they go out.
#[derive(Debug)]
pub struct Reply {
    operation: &'static str,
    result: Option<Value>,
    refs: Vec<(&'static str, Value)>,
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

    /// Adds the result; a null one is left out.
    #[must_use]
    pub fn with_result(mut self, value: impl IntoValue) -> Self {
        self.result = value.into_value();
        self
    }

    /// Adds a `ref` parameter: null is left out, empty is `<name />`.
    #[must_use]
    pub fn with_ref(mut self, name: &'static str, value: impl IntoValue) -> Self {
        self.refs
            .extend(value.into_value().map(|value| (name, value)));
        self
    }

    /// Adds an `int` result.
    #[must_use]
    pub fn result_int(self, value: i32) -> Self {
        self.with_result(value)
    }

    /// Adds a `long` result.
    #[must_use]
    pub fn result_long(self, value: i64) -> Self {
        self.with_result(value)
    }

    /// Adds a `boolean` result.
    #[must_use]
    pub fn result_boolean(self, value: bool) -> Self {
        self.with_result(value)
    }

    /// Adds a `string` result; a null one is left out.
    #[must_use]
    pub fn result_string(self, value: Option<String>) -> Self {
        self.with_result(value)
    }

    /// Adds a `ref` parameter of type `string`; a null one is left out.
    #[must_use]
    pub fn ref_string(self, name: &'static str, value: Option<String>) -> Self {
        self.with_ref(name, value)
    }

    /// Adds a `ref` parameter of type `int`.
    #[must_use]
    pub fn ref_int(self, name: &'static str, value: i32) -> Self {
        self.with_ref(name, value)
    }

    /// The result, unless it is null.
    pub fn result(&self) -> Option<&Value> {
        self.result.as_ref()
    }

    /// Names and values of the `ref` parameters that are not null.
    pub fn refs(&self) -> &[(&'static str, Value)] {
        &self.refs
    }

    /// The same for people, with the number of bytes in place of data, of which none is read.
    #[must_use]
    pub fn shown(&self) -> Self {
        let refs = self.refs.iter().map(|(name, value)| (*name, value.shown()));
        Self {
            operation: self.operation,
            result: self.result.as_ref().map(Value::shown),
            refs: refs.collect(),
        }
    }

    /// The answer in an envelope of this version.
    pub fn into_response(self, version: Version, namespace: &str) -> Response {
        let wrapper = format!("{}Response", self.operation);
        let mut xml = envelope::begin(version);
        xml.open("soap:Body")
            .markup("<")
            .markup(&wrapper)
            .markup(r#" xmlns=""#)
            .text(namespace)
            .markup(r#"">"#);
        let mut written = Written::new(xml, Layout::OneLine);
        if let Some(result) = self.result {
            written.element(&format!("{}Result", self.operation), result, 0);
        }
        for (name, value) in self.refs {
            written.element(name, value, 0);
        }
        written.xml.close(&wrapper).close("soap:Body");
        envelope::end(&mut written.xml);
        answered(version.content_type(), written.finish())
    }

    /// The answer of the form bindings: the result as an element named after its type, on a line
    /// of its own, and what is within it on more of them.
    pub(super) fn into_form_response(self, result: Type, namespace: &str) -> Response {
        let mut attributes = Writer::fragment();
        if result.is_primitive() {
            if self.result.is_none() {
                attributes.markup(r#" xsi:nil="true""#).markup(XSI);
            }
        } else {
            attributes.markup(XSI).markup(XSD);
            if self.result.is_none() {
                attributes.markup(r#" xsi:nil="true""#);
            }
        }
        attributes
            .markup(r#" xmlns=""#)
            .text(namespace)
            .markup("\"");
        let mut written = Written::new(Writer::new(), Layout::Lines);
        // Nothing in it and nothing at all differ in the attribute only.
        let value = self.result.unwrap_or(Value::Text(String::new()));
        written.xml.markup("\r\n");
        written.root(result.name(), &attributes.finish(), value, 0);
        answered(Version::V11.content_type(), written.finish())
    }
}

const XSI: &str = r#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;
const XSD: &str = r#" xmlns:xsd="http://www.w3.org/2001/XMLSchema""#;

fn answered(content_type: &'static str, body: Body) -> Response {
    Response {
        status: 200,
        content_type: Some(content_type),
        cache_control: Some("private, max-age=0"),
        body,
    }
}
