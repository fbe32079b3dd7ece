//! The checks of an account that starts a session, in the original service's order:
//! -1003, -2003, -666, -677, -310.

use crate::support::gateway::{Gateway, PASSWORD, USER};

use super::support::{behind_proxy, change_account, start, start_from};

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_in_order() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    change_account(&gateway, |account| {
        account.enabled = false;
        account.allowed_networks = vec!["192.0.2.0/24".parse().unwrap()];
        account.switch_group = "elsewhere".to_owned();
        account.fax_service = false;
        account.primary = false;
    })
    .await;
    assert_eq!(start(&mut client, USER, "wrong").await, -1003);
    assert_eq!(start(&mut client, USER, PASSWORD).await, -1003);
    change_account(&gateway, |account| account.enabled = true).await;
    assert_eq!(start(&mut client, USER, "wrong").await, -1003);
    assert_eq!(start(&mut client, USER, PASSWORD).await, -2003);
    change_account(&gateway, |account| account.allowed_networks.clear()).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, -666);
    change_account(&gateway, |account| account.switch_group.clear()).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, -677);
    change_account(&gateway, |account| account.fax_service = true).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, -310);
    change_account(&gateway, |account| account.primary = true).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn an_address_outside_the_accounts_networks_is_2003() {
    let gateway = behind_proxy().await;
    let mut client = gateway.client();
    change_account(&gateway, |account| {
        account.allowed_networks = vec![
            "192.0.2.0/24".parse().unwrap(),
            "2001:db8::/32".parse().unwrap(),
        ];
    })
    .await;
    for (address, result) in [
        ("192.0.2.0", 0),
        ("192.0.2.255", 0),
        ("192.0.3.0", -2003),
        ("2001:db8::7", 0),
        ("2001:db9::7", -2003),
        ("::ffff:192.0.2.1", 0),
    ] {
        let started = start_from(&mut client, address, USER, PASSWORD).await;
        assert_eq!(started, result, "{address}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_account_of_this_gateways_switch_group_may_start() {
    let gateway = Gateway::with(|settings| settings.interfax.switch_group = "emea".into()).await;
    let mut client = gateway.client();
    assert_eq!(start(&mut client, USER, PASSWORD).await, -666);
    change_account(&gateway, |account| account.switch_group = "emea".into()).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    gateway.stop().await;
}
