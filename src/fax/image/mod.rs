//! Turns the documents of a fax into the image that a fax machine would get.
//!
//! PDF, PostScript, EPS, text and JPEG become one TIFF of several pages, black and white, Group 4,
//! as wide as fax paper: 1728 pixels, B4 2048. Ghostscript does the work; it is looked for when it
//! is needed. A single TIFF is the image already.
//!
//! # The sandbox
//!
//! The documents come from strangers, and PostScript is a programming language. What a document can
//! reach is bounded twice:
//!
//! - by Ghostscript itself (`-dSAFER`): it reads its own fonts and resources and the documents of
//!   this job, writes the one image, and runs no programs;
//! - by the kernel: address space, CPU seconds, size of a file, number of open files, no core dump,
//!   no environment, no input, an empty directory to work in, and no directory for temporary files.
//!
//! Documents are kept apart, too: each is rendered by a child of its own, and the images are put
//! together afterwards, so that none can redefine, hide or end what comes after it.
//!
//! Each child has a process group of its own, which is killed when the time is over and when the
//! future is dropped. Should the gateway itself be killed, the limit of CPU seconds ends the child.
//!
//! What it is not: the child runs as the gateway's user, in the same namespaces, with its network.
//! A hole in Ghostscript is a hole in the gateway's user, so keep Ghostscript up to date, or point
//! `fax.ghostscript` at a wrapper of your own that does more (`bwrap`, a container); what that needs
//! in privileges is not the gateway's to assume.

mod child;
mod error;
mod ghostscript;
mod job;
mod kind;
mod page;
mod renderer;
mod text;
mod tiff;

pub use error::ImageError;
pub use page::PageSetup;
pub(in crate::fax) use text::typeset;

pub use renderer::{Document, Renderer, RendererSettings};
