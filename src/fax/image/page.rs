//! Paper, resolution and rendering of the image.

use crate::fax::item::{FaxOptions, PageSize};

/// How the pages of an image are to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSetup {
    /// The paper.
    pub size: PageSize,
    /// Text and photos lie on their side; pages of PDF and PostScript say by their own shape how
    /// they lie. The paper goes through the machine upright in any case, so the width stays.
    pub landscape: bool,
    /// 204 x 196 dots per inch instead of 204 x 98.
    pub fine: bool,
    /// Greys become patterns of dots, as is right for photos; else black or white, as for text.
    pub grey: bool,
}

impl From<&FaxOptions> for PageSetup {
    fn from(options: &FaxOptions) -> Self {
        Self {
            size: options.page_size,
            landscape: options.landscape,
            fine: options.high_resolution,
            grey: options.fine_rendering,
        }
    }
}

impl PageSetup {
    /// Width and height of the paper, in points.
    pub(super) fn paper(self) -> (u16, u16) {
        match self.size {
            PageSize::A4 => (595, 842),
            PageSize::Letter => (612, 792),
            PageSize::Legal => (612, 1008),
            PageSize::B4 => (709, 1001),
        }
    }

    /// Width and height of the page as it is read, in points.
    pub(super) fn page(self) -> (u16, u16) {
        let (width, height) = self.paper();
        if self.landscape {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// PostScript that turns what follows, as Ghostscript turns wide pages of PDF.
    pub(super) fn turn(self) -> String {
        if self.landscape {
            format!("{} 0 translate 90 rotate", self.paper().0)
        } else {
            String::new()
        }
    }
}
