//! A text in which the values that are to be replaced are marked.

use maud::{Markup, Render, html};

/// A sample, piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Value(String),
}

impl Sample {
    /// A sample that begins with text.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            pieces: vec![Piece::Text(text.into())],
        }
    }

    /// Adds text that stays as it is.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.pieces.push(Piece::Text(text.into()));
        self
    }

    /// Adds a value that is to be replaced.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.pieces.push(Piece::Value(value.into()));
        self
    }

    /// Adds another sample.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.as_str().len()).sum()
    }

    /// How many line ends it has.
    pub fn line_ends(&self) -> usize {
        let pieces = self.pieces.iter();
        pieces
            .map(|piece| piece.as_str().matches('\n').count())
            .sum()
    }

    /// `samples` with `separator` between each two of them.
    pub fn join(samples: impl IntoIterator<Item = Self>, separator: &str) -> Self {
        let mut joined = Self::default();
        for sample in samples {
            if !joined.pieces.is_empty() {
                joined = joined.text(separator);
            }
            joined = joined.then(sample);
        }
        joined
    }
}

impl Piece {
    fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Value(text) => text,
        }
    }
}

impl Render for Sample {
    fn render(&self) -> Markup {
        html! {
            @for piece in &self.pieces {
                @match piece {
                    Piece::Text(text) => (text),
                    Piece::Value(value) => mark { (value) },
                }
            }
        }
    }
}
