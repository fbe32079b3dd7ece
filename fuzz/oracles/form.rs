//! Urlencoded forms: the pieces do not matter, POST and GET mean the same, and a plain text is what
//! another decoder makes of it.

use chunkgate::soap::{handle_form, handle_query};

use super::{
    recorder::serve,
    support::{PIECES, Source, run},
};

const OPERATIONS: [&str; 3] = ["CancelFileUpload", "UploadFileChunk", "StartFileUpload"];

/// Checks an input: a byte that chooses the operation, and the fields.
pub fn check(input: &[u8]) {
    let Some((&choice, fields)) = input.split_first() else {
        return;
    };
    let operation = OPERATIONS[usize::from(choice) % OPERATIONS.len()];
    let content_type = Some("application/x-www-form-urlencoded");
    let served = PIECES
        .map(|piece| {
            let body = Source::new(fields, piece);
            serve(|service| run(handle_form(service, operation, content_type, body)))
        })
        .into_iter()
        .reduce(|before, after| {
            assert_eq!(before, after, "pieces matter");
            after
        })
        .expect("there are pieces");
    if let Ok(query) = std::str::from_utf8(fields) {
        let queried = serve(|service| run(handle_query(service, operation, query)));
        assert_eq!(queried, served, "GET is not POST");
    }
    for (name, value) in served.ran.iter().flat_map(|(_, values)| values) {
        let theirs: Vec<_> = form_urlencoded::parse(fields)
            .filter(|(theirs, _)| theirs.eq_ignore_ascii_case(name))
            .collect();
        if let ([(_, theirs)], "SessionID") = (&theirs[..], *name) {
            assert_eq!(theirs.as_bytes(), &value[..], "{name}");
        }
    }
}
