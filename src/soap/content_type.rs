//! The `Content-Type` of a request, as clients spell it.

/// A media type with its parameters: `application/soap+xml; charset=utf-8; action="urn:x"`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ContentType {
    /// Type and subtype in lower case.
    pub media_type: String,
    /// Names in lower case, values without their quotes.
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a header value; spacing and stray semicolons do not matter.
    pub fn parse(value: &str) -> Self {
        let (media_type, mut rest) = value.split_once(';').unwrap_or((value, ""));
        let mut parameters = Vec::new();
        while let Some((name, after)) = rest.split_once('=') {
            let (value, after) = take_value(after.trim_start());
            let name = name.rsplit(';').next().unwrap_or(name);
            parameters.push((name.trim().to_ascii_lowercase(), value));
            rest = after;
        }
        Self {
            media_type: media_type.trim().to_ascii_lowercase(),
            parameters,
        }
    }

    /// The first parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Type and subtype of a `Content-Type`, in lower case.
pub fn media_type(content_type: &str) -> String {
    ContentType::parse(content_type).media_type
}

/// Splits a quoted or bare parameter value from what follows it.
fn take_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim_end().to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            _ => value.push(character),
        }
    }
    (value, characters.as_str())
}
