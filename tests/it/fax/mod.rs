//! Faxes.
//!
//! | file              | rule |
//! |-------------------|------|
//! | `delivery`        | what any delivery must do, and those there are |
//! | `image`           | documents become one TIFF of fax pages |
//! | `image::sandbox`  | whatever a document does, it reads nothing, fills nothing and leaves nothing behind |
//! | `image::bounds`   | so many images at once and so long; what is given up is killed |

mod delivery;
mod image;
