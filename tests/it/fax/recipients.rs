//! A submission makes a transaction for each number, all of one batch.

use super::support::{
    Call, NUMBER, fax, gateway, gateway_with, handed_over, has_status, spool, submissions,
};

/// Number, contact and parent of a transaction.
async fn told(client: &mut crate::support::soap::Client, id: i64) -> (String, String, i64) {
    let fax = fax(client, id).await;
    (
        fax.text("DestinationFax").to_owned(),
        fax.text("Contact").to_owned(),
        fax.number("ParentTransactionID"),
    )
}

#[tokio::test]
async fn one_number_is_a_batch_of_its_own() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for _ in 0..2 {
        let id = Call::order("text").id(&mut client).await;
        let expected = (NUMBER.to_owned(), String::new(), id);
        assert_eq!(told(&mut client, id).await, expected);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn several_numbers_have_consecutive_ids_and_the_first_is_the_result_and_the_parent() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text")
        .with(
            "FaxNumbers",
            "+44 20 7123 4567; (0)30/123456 ;5550100;9,00441;",
        )
        .with("Contacts", "Ann;;Zoë Ütz");
    let first = order.id(&mut client).await;
    let expected = [
        ("+44 20 7123 4567", "Ann"),
        ("(0)30/123456", ""),
        ("5550100", "Zoë Ütz"),
        ("9,00441", ""),
    ];
    for (id, (number, contact)) in (first..).zip(expected) {
        let expected = (number.to_owned(), contact.to_owned(), first);
        assert_eq!(told(&mut client, id).await, expected);
        let directory = handed_over(&gateway, id, 1).await;
        let described = super::support::description(&directory);
        assert_eq!(described["recipient"], number);
        assert_eq!(described["contact"], contact);
        assert_eq!(described["parent"], first);
    }
    assert_eq!(submissions(&gateway).await, 1);
    let next = Call::order("text").id(&mut client).await;
    assert_eq!(next, first + 4);
    gateway.stop().await;
}

#[tokio::test]
async fn a_name_stays_with_its_number_when_a_number_before_it_is_empty() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text")
        .with("FaxNumbers", "5550100;;5550102")
        .with("Contacts", "Ann;nobody;Cy;Di");
    let first = order.id(&mut client).await;
    let expected = ("5550102".to_owned(), "Cy".to_owned(), first);
    assert_eq!(told(&mut client, first + 1).await, expected);
    gateway.stop().await;
}

#[tokio::test]
async fn a_number_that_cannot_be_dialled_fails_alone() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for bad in 0..3 {
        let mut numbers = ["5550100", "5550101", "5550102"];
        numbers[bad] = "reception";
        let order = Call::order("text").with("FaxNumbers", &numbers.join(";"));
        let first = order.id(&mut client).await;
        for (id, number) in (first..).zip(numbers) {
            let (told, _, parent) = told(&mut client, id).await;
            assert_eq!((told.as_str(), parent), (number, first));
            if number == "reception" {
                let failed = fax(&mut client, id).await;
                assert!(failed.number("Status") > 0, "{failed:?}");
                assert_ne!(failed.text("CompletionTime"), "0001-01-01T00:00:00");
                assert!(!spool(&gateway).join(format!("{id:09}.1")).exists());
            } else {
                handed_over(&gateway, id, 1).await;
                has_status(&mut client, id, -3).await;
            }
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn no_number_that_can_be_dialled_is_112() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for numbers in ["", " ", ";;", "12", "reception", "a@example.com;x", "1;2;3"] {
        let order = Call::order("text").with("FaxNumbers", numbers);
        assert_eq!(order.result(&mut client).await, -112, "{numbers:?}");
    }
    let without = Call::order("text").without("FaxNumbers");
    assert_eq!(without.result(&mut client).await, -112);
    assert_eq!(submissions(&gateway).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn more_numbers_than_the_setting_says_are_112() {
    let gateway = gateway_with(|settings| settings.fax.max_recipients = 2).await;
    let mut client = gateway.client();
    let order = |numbers| Call::order("text").with("FaxNumbers", numbers);
    let three = order("5550100;5550101;5550102");
    assert_eq!(three.result(&mut client).await, -112);
    assert_eq!(submissions(&gateway).await, 0);
    let id = order("5550100;5550101;").id(&mut client).await;
    let again = Call::of("ReSendFax").with("TransactionID", &id.to_string());
    let to_three = again.with("FaxNumber", "5550100;5550101;5550102");
    assert_eq!(to_three.result(&mut client).await, -112);
    assert_eq!(submissions(&gateway).await, 1);
    gateway.stop().await;
}
