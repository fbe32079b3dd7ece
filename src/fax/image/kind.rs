//! The kinds of documents, by the names clients use.

/// How a document is turned into pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// PDF, PostScript and EPS: Ghostscript tells them apart by their first bytes.
    Program,
    Text,
    Jpeg,
    /// The image already.
    Tiff,
}

impl Kind {
    /// The kind of that name (upper case), if it is one that becomes an image.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "PDF" | "PS" | "EPS" => Some(Self::Program),
            "TXT" => Some(Self::Text),
            "JPG" | "JPEG" => Some(Self::Jpeg),
            "TIF" | "TIFF" => Some(Self::Tiff),
            _ => None,
        }
    }
}
