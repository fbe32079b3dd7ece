//! What forms hold in memory so that it can be shown again.

use chunkgate::{
    protocol::interfax::CONTRACT,
    soap::{
        Reply,
        help::{Entered, Recorder, TestForm, Trial},
    },
};
use tokio::io::{copy_buf, sink};

use super::typed::help;
use crate::{soap::support::CONTRACT as CONTRACT_OF_TEXTS, support::alone::has_process_of_its_own};

/// What is kept of a form with a chunk of so many letters, read in pieces of `piece` bytes.
async fn entered(letters: usize, piece: usize) -> Entered {
    let operation = CONTRACT.operation("UploadFileChunk").expect("known");
    let form = format!("SessionID=x&Chunk={}&IsLast=true", "A".repeat(letters));
    let body = tokio::io::BufReader::with_capacity(piece, form.as_bytes());
    let mut recorder = Recorder::new(body, operation);
    copy_buf(&mut recorder, &mut sink()).await.expect("read");
    let entered = recorder.entered();
    assert_eq!(entered.get("SessionID"), Some("x"));
    assert_eq!(entered.get("IsLast"), Some("true"));
    entered
}

#[tokio::test]
async fn long_data_is_kept_for_few_forms_at_once() {
    if !has_process_of_its_own("help::entered::long_data_is_kept_for_few_forms_at_once") {
        return;
    }
    let longest = 64 * 1024 - "Chunk=".len();
    for piece in [1, 7, 4_096, 1 << 20] {
        for (letters, kept) in [(10, true), (longest, true), (longest + 1, false)] {
            let length = entered(letters, piece).await.get("Chunk").map(str::len);
            assert_eq!(length, kept.then_some(letters), "pieces of {piece}");
        }
    }

    let mut places = Vec::new();
    for _ in 0..16 {
        // What is too long takes no place away.
        assert!(entered(longest + 1, 4_096).await.get("Chunk").is_none());
        let kept = entered(longest, 4_096).await;
        assert!(kept.get("Chunk").is_some());
        places.push(kept);
    }
    assert!(entered(longest, 4_096).await.get("Chunk").is_none());
    assert!(entered(4_000, 4_096).await.get("Chunk").is_some(), "short");
    places.pop();
    assert!(entered(longest, 4_096).await.get("Chunk").is_some());
}

#[tokio::test]
async fn document_text_is_long_data() {
    let operation = &crate::soap::documents::SEND_TEXT;
    let longest = 64 * 1024 - "Data=".len();
    for (letters, kept) in [(longest, true), (longest + 1, false)] {
        let form = format!("Data={}&After={}", "A".repeat(letters), "A".repeat(5_000));
        let mut recorder = Recorder::new(form.as_bytes(), operation);
        copy_buf(&mut recorder, &mut sink()).await.expect("read");
        let entered = recorder.entered();
        let length = entered.get("Data").map(str::len);
        assert_eq!(length, kept.then_some(letters));
        assert!(entered.get("After").is_none(), "another text is not long");
    }
}

#[tokio::test]
async fn document_text_is_there_again_if_a_result_code_says_that_it_was_not_taken() {
    let operation = CONTRACT_OF_TEXTS.operation("SendText").expect("known");
    for (code, kept) in [(-1003, true), (0, false)] {
        let mut recorder = Recorder::new(&b"Data=a+text&After=x"[..], operation);
        copy_buf(&mut recorder, &mut sink()).await.expect("read");
        let reply = Reply::new("SendText").ref_int("ResultCode", code);
        let help = help(TestForm::Shown);
        let page = help.result(operation, recorder.entered(), &Trial::Ran(reply));
        let page = String::from_utf8(page.as_ref().to_vec()).expect("UTF-8");
        assert_eq!(page.contains(">\na text</textarea>"), kept, "{page}");
    }
}
