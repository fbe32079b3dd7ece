//! Writing XML.

use super::characters::is_allowed;

/// Builds a document in memory: markup as given, text escaped.
#[derive(Debug, Default)]
pub struct Writer {
    document: String,
}

impl Writer {
    /// Begins with an XML declaration, on the same line as what follows.
    pub fn new() -> Self {
        Self {
            document: r#"<?xml version="1.0" encoding="utf-8"?>"#.to_owned(),
        }
    }

    /// Begins with nothing: a part of a document.
    pub fn fragment() -> Self {
        Self::default()
    }

    /// Adds markup as it stands.
    pub fn markup(&mut self, markup: &str) -> &mut Self {
        self.document.push_str(markup);
        self
    }

    /// Adds text or an attribute value, escaped.
    pub fn text(&mut self, text: &str) -> &mut Self {
        escape(text, &mut self.document);
        self
    }

    /// Adds `<name>text</name>`, or `<name />` if the text is empty.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        if text.is_empty() {
            return self.markup("<").markup(name).markup(" />");
        }
        self.open(name).text(text).close(name)
    }

    /// Adds `<name>`.
    pub fn open(&mut self, name: &str) -> &mut Self {
        self.markup("<").markup(name).markup(">")
    }

    /// Adds `</name>`.
    pub fn close(&mut self, name: &str) -> &mut Self {
        self.markup("</").markup(name).markup(">")
    }

    /// What was written so far; the writer goes on behind it.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.document)
    }

    /// The document.
    pub fn finish(self) -> String {
        self.document
    }
}

/// Escapes `text` for element content and for attribute values in double quotes. A reader gets
/// the same text back; characters that XML cannot carry become U+FFFD.
pub fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '&' => into.push_str("&amp;"),
            '"' => into.push_str("&quot;"),
            // A reader would make a line feed of it.
            '\r' => into.push_str("&#xD;"),
            _ if is_allowed(character) => into.push(character),
            _ => into.push('\u{FFFD}'),
        }
    }
}
