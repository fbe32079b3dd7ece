//! How a fax is to be sent: in the spool, and in what its sender is told.

use super::support::{Call, NUMBER, description, ended, fax, gateway, gateway_with, handed_over};

#[tokio::test]
async fn csid_and_subject_are_cut_to_20_and_60_characters() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for length in [1, 20, 21, 60, 61, 200] {
        let text = "äß€\u{1F4E0}"
            .repeat(length)
            .chars()
            .take(length)
            .collect::<String>();
        let order = Call::order("text")
            .with("CSID", &text)
            .with("Subject", &text);
        let id = order.id(&mut client).await;
        let cut = |most| text.chars().take(most).collect::<String>();
        let told = fax(&mut client, id).await;
        assert_eq!(told.text("SenderCSID"), cut(20));
        assert_eq!(told.text("Subject"), cut(60));
        let options = &description(&handed_over(&gateway, id, 1).await)["options"];
        assert_eq!(options["sender_csid"], cut(20));
        assert_eq!(options["subject"], cut(60));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn texts_travel_as_they_are() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text")
        .with("Contacts", "Zoë & Söhne")
        .with("PageHeader", "To: {To} <1>")
        .with("JobID", "4711 \"x\"")
        .with("ReplyAddress", "office@example.com")
        .with("CSID", "chunkgate")
        .with("Subject", "Hello 'you'");
    let id = order.id(&mut client).await;
    let told = fax(&mut client, id).await;
    assert_eq!(told.text("Contact"), "Zoë & Söhne");
    assert_eq!(told.text("PageHeader"), "To: {To} <1>");
    assert_eq!(told.text("JobID"), "4711 \"x\"");
    assert_eq!(told.text("ReplyEmail"), "office@example.com");
    let description = description(&handed_over(&gateway, id, 1).await);
    assert_eq!(description["contact"], "Zoë & Söhne");
    let options = &description["options"];
    assert_eq!(options["page_header"], "To: {To} <1>");
    assert_eq!(options["job_id"], "4711 \"x\"");
    assert_eq!(options["reply_address"], "office@example.com");
    assert_eq!(options["sender_csid"], "chunkgate");
    assert_eq!(options["subject"], "Hello 'you'");
    gateway.stop().await;
}

/// What comes of a parameter: the field that its sender is told, and the one in the spool.
async fn comes_to(parameter: &'static str, field: &str, name: &str, cases: &[(&str, &str, &str)]) {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (value, told, spooled) in cases {
        let order = Call::order("text").with(parameter, value);
        let id = order.id(&mut client).await;
        assert_eq!(fax(&mut client, id).await.text(field), *told, "{value:?}");
        let directory = handed_over(&gateway, id, 1).await;
        assert_eq!(
            description(&directory)["options"][name],
            *spooled,
            "{value:?}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn page_sizes_are_four_in_any_case_and_another_word_is_a4() {
    let cases = [
        ("A4", "A4", "A4"),
        ("Letter", "Letter", "Letter"),
        ("LEGAL", "Legal", "Legal"),
        (" b4 ", "B4", "B4"),
        ("A3", "A4", "A4"),
        ("", "A4", "A4"),
    ];
    comes_to("PageSize", "PageSize", "page_size", &cases).await;
}

#[tokio::test]
async fn pages_are_upright_unless_their_orientation_is_landscape() {
    let cases = [
        ("Landscape", "Landscape", "landscape"),
        ("LANDSCAPE", "Landscape", "landscape"),
        ("Portrait", "Portrait", "portrait"),
        ("sideways", "Portrait", "portrait"),
        ("", "Portrait", "portrait"),
    ];
    comes_to("PageOrientation", "PageOrientation", "orientation", &cases).await;
}

#[tokio::test]
async fn high_resolution_is_fine() {
    let cases = [
        ("true", "Fine", "fine"),
        ("1", "Fine", "fine"),
        ("false", "Standard", "standard"),
    ];
    comes_to("IsHighResolution", "PageResolution", "resolution", &cases).await;
}

#[tokio::test]
async fn fine_rendering_is_grey() {
    let cases = [
        ("true", "Grayscale", "grey"),
        ("false", "BlackAndWhite", "black_and_white"),
    ];
    comes_to("IsFineRendering", "RenderingQuality", "rendering", &cases).await;
}

#[tokio::test]
async fn a_call_that_chooses_nothing_has_an_upright_a4_page_in_black_and_white() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = super::support::send(&mut client, "text").await;
    let told = fax(&mut client, id).await;
    for (field, value) in [
        ("PageSize", "A4"),
        ("PageOrientation", "Portrait"),
        ("PageResolution", "Standard"),
        ("RenderingQuality", "BlackAndWhite"),
        ("SenderCSID", ""),
        ("Subject", ""),
        ("PageHeader", ""),
    ] {
        assert_eq!(told.text(field), value, "{field}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn retries_are_the_clients_or_the_settings_and_at_most_so_many() {
    let gateway = gateway_with(|settings| {
        settings.fax.retries = 2;
        settings.fax.max_retries = 4;
    })
    .await;
    let mut client = gateway.client();
    let asked = |retries| Call::order("text").with("RetriesToPerform", retries);
    let unasked = [
        Call::order("text").by("SendfaxEx"),
        Call::of("Sendfax")
            .with("FaxNumber", NUMBER)
            .data("FileData", b"text"),
        Call::of("SendCharFax")
            .with("FaxNumber", NUMBER)
            .with("Data", "text"),
    ];
    let asked = [
        (asked("0"), 0),
        (asked("1"), 1),
        (asked("4"), 4),
        (asked("5"), 4),
        (asked("2147483647"), 4),
        (asked("-1"), 2),
        (asked("-2147483648"), 2),
    ];
    for (order, retries) in asked.into_iter().chain(unasked.map(|order| (order, 2))) {
        let id = order.id(&mut client).await;
        let told = fax(&mut client, id).await;
        assert_eq!(told.number("RetriesToPerform"), retries, "{order:?}");
        let directory = handed_over(&gateway, id, 1).await;
        assert_eq!(description(&directory)["retries"], retries, "{order:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_is_not_to_be_retried_fails_at_once() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text").with("RetriesToPerform", "0");
    let id = order.id(&mut client).await;
    ended(&gateway, &mut client, id, "failed 6017 busy\n").await;
    assert_eq!(fax(&mut client, id).await.number("Status"), 6017);
    gateway.stop().await;
}
