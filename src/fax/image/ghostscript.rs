//! Where Ghostscript is, and what it is told.

use std::{
    env,
    ffi::OsString,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{ImageError, PageSetup, kind::Kind};

/// The name of the image in the directory of the job.
pub(super) const IMAGE: &str = "fax.tif";

/// Up to this many bytes a page is drawn in memory, and no temporary file is needed; the largest
/// page has 6 MB, transparency takes a few times as much. The limit of memory stands above it.
const PAGE_IN_MEMORY: &str = "-dMaxBitmap=268435456";

/// Darker than two thirds of white is black: coloured text stays, shades behind it vanish.
const THRESHOLD: &str =
    "/Install { << /HalftoneType 3 /Width 1 /Height 1 /Thresholds <AA> >> sethalftone }";

/// The program: the one of the settings, else the first `gs` on PATH.
pub(super) fn find(setting: Option<&Path>) -> Result<PathBuf, ImageError> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = match setting {
        // The child runs in another directory.
        Some(program) => std::path::absolute(program).ok().filter(|path| runs(path)),
        None => env::split_paths(&path)
            .map(|folder| folder.join("gs"))
            .find(|program| program.is_absolute() && runs(program)),
    };
    found.ok_or_else(|| ImageError::NoGhostscript {
        searched: match setting {
            Some(program) => program.display().to_string(),
            None => format!("PATH ({})", path.display()),
        },
    })
}

fn runs(program: &Path) -> bool {
    program
        .metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// The arguments that turn a document, under its name in the directory of the job, into [`IMAGE`].
pub(super) fn arguments(name: &str, kind: Kind, setup: PageSetup) -> Vec<OsString> {
    let (width, height) = setup.paper();
    let mut arguments: Vec<OsString> = [
        "-dSAFER -dBATCH -dNOPAUSE -dNOPROMPT -q",
        "-dFIXEDMEDIA -dPSFitPage -dPDFFitPage -dEPSFitPage",
        // 1728 and 2048 pixels, where the paper is a few pixels off.
        "-dAdjustWidth=1",
        // Errors are told on standard output, which is thrown away.
        "-sstdout=%stderr",
        if setup.grey {
            // Draws in greys and spreads the rounding errors over the neighbours.
            "-sDEVICE=tiffscaled -sCompression=g4 -dDownScaleFactor=1"
        } else {
            "-sDEVICE=tiffg4"
        },
        if setup.fine { "-r204x196" } else { "-r204x98" },
        PAGE_IN_MEMORY,
    ]
    .iter()
    .flat_map(|arguments| arguments.split(' '))
    .map(OsString::from)
    .collect();
    arguments.push(format!("-sOutputFile={IMAGE}").into());
    arguments.push(format!("-dDEVICEWIDTHPOINTS={width}").into());
    arguments.push(format!("-dDEVICEHEIGHTPOINTS={height}").into());
    let install = if setup.grey { "" } else { THRESHOLD };
    let page = format!("<< /PageSize [{width} {height}] {install} >> setpagedevice");
    match kind {
        Kind::Jpeg => {
            // What stands on the command line as a file may be read anyway.
            arguments.push(format!("--permit-file-read={name}").into());
            arguments.extend(["-c".into(), page.into(), show_jpeg(name, setup).into()]);
        }
        Kind::Program | Kind::Text | Kind::Tiff => {
            arguments.extend(["-c".into(), page.into(), "-f".into(), name.into()]);
        }
    }
    arguments
}

/// PostScript that shows a JPEG as large as the page allows.
fn show_jpeg(name: &str, setup: PageSetup) -> String {
    let turn = setup.turn();
    // `viewJPEG` stops at a damaged file without an error, and the page would silently be missing.
    format!(
        "{{ (viewjpeg.ps) runlibfile {turn} ({name}) viewJPEG showpage }} stopped \
         {{ handleerror /viewJPEG /ioerror signalerror }} if"
    )
}
