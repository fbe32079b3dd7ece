//! Values as elements.

use super::{Body, Value};
use crate::xml::Writer;

/// A document that is written, with data that is only written while it is sent.
#[derive(Debug)]
pub(super) struct Written {
    pub xml: Writer,
    body: Body,
    layout: Layout,
}

/// Where elements stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// All on one line, as in envelopes.
    OneLine,
    /// The same where no namespaces are known: what is null is an empty element.
    Plain,
    /// Each on a line of its own, by two blanks further than what it is in.
    Lines,
}

impl Written {
    pub fn new(xml: Writer, layout: Layout) -> Self {
        Self {
            xml,
            body: Body::empty(),
            layout,
        }
    }

    /// Adds `<name>` with a value, or `<name />` with an empty one. It is `depth` elements deep.
    pub fn element(&mut self, name: &str, value: Value, depth: usize) {
        self.line(depth);
        self.root(name, "", value, depth);
    }

    /// The same with attributes, and on no line of its own.
    pub fn root(&mut self, name: &str, attributes: &str, value: Value, depth: usize) {
        self.xml.markup("<").markup(name).markup(attributes);
        if is_empty(&value) {
            self.xml.markup(" />");
            return;
        }
        self.xml.markup(">");
        match value {
            Value::Text(text) => {
                self.xml.text(&text);
            }
            Value::Data(data) => {
                self.body.push(self.xml.take());
                self.body.push_base64(data);
            }
            Value::Structure(fields) => {
                for (name, value) in fields {
                    self.element(name, value, depth + 1);
                }
                self.line(depth);
            }
            Value::Array { item, items } => {
                for value in items {
                    match value {
                        Some(value) => self.element(item, value, depth + 1),
                        None => self.nil(item, depth + 1),
                    }
                }
                self.line(depth);
            }
        }
        self.xml.close(name);
    }

    /// The body of an answer.
    pub fn finish(mut self) -> Body {
        self.body.push(self.xml.finish());
        self.body
    }

    fn nil(&mut self, name: &str, depth: usize) {
        self.line(depth);
        let attributes = match self.layout {
            Layout::Plain => "",
            Layout::OneLine | Layout::Lines => r#" xsi:nil="true""#,
        };
        self.xml
            .markup("<")
            .markup(name)
            .markup(attributes)
            .markup(" />");
    }

    fn line(&mut self, depth: usize) {
        match self.layout {
            Layout::OneLine | Layout::Plain => {}
            Layout::Lines => {
                self.xml.markup("\r\n").markup(&"  ".repeat(depth));
            }
        }
    }
}

/// A value as the text of a document on one line, without declaration and namespaces: for results
/// that are strings with XML in them. An item that is null is an empty element.
///
/// # Panics
/// If there is data in it, which cannot be read here.
pub fn to_xml(root: &str, value: Value) -> String {
    let mut written = Written::new(Writer::fragment(), Layout::Plain);
    written.root(root, "", value, 0);
    let bytes = written.finish().in_memory().expect("no data");
    String::from_utf8(bytes.into()).expect("XML is written as UTF-8")
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.is_empty(),
        Value::Data(data) => data.length() == 0,
        Value::Structure(fields) => fields.is_empty(),
        Value::Array { items, .. } => items.is_empty(),
    }
}
