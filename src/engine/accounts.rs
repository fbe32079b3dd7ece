//! Logging in: wrong passwords cost time, right ones are remembered for a minute, and whoever had a
//! right one lately is not held up by those who guess.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use hmac::{Hmac, KeyInit, Mac};
use moka::sync::Cache;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    UploadError,
    account::{Account, name_key},
    neighbourhood,
    password::Passwords,
    repository::Repository,
    throttle::{Throttle, ThrottleSettings},
    turns::Turns,
};

/// How many verified passwords are remembered.
const REMEMBERED: u64 = 10_000;

/// The longest name that is looked up, in bytes: 128 characters.
const LONGEST_NAME: usize = 512;

/// How log-ins are checked.
#[derive(Clone, Copy, Debug)]
pub struct AccountsSettings {
    /// When guesses are slowed down.
    pub throttle: ThrottleSettings,
    /// How long a verified password need not be hashed again.
    pub remember: Duration,
    /// argon2id's memory, in KiB.
    pub hash_memory: u32,
    /// argon2id's passes.
    pub hash_iterations: u32,
}

/// A user name and a password as a client sent them.
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password; wiped when it is dropped.
    pub password: Zeroizing<String>,
}

/// Checks credentials against the accounts in the database.
pub struct Accounts {
    repository: Arc<dyn Repository>,
    passwords: Passwords,
    throttle: Throttle,
    turns: Turns,
    // Keyed digests of verified passwords, each bound to the hash it was verified against. The
    // key lives as long as the process, so the digests say nothing to whoever finds them.
    verified: Cache<[u8; 32], ()>,
    key: Zeroizing<[u8; 32]>,
}

impl Accounts {
    /// Checks against the accounts in `repository`.
    ///
    /// # Errors
    /// A message when the hash parameters are impossible or the system has no random numbers.
    pub fn new(
        repository: Arc<dyn Repository>,
        settings: &AccountsSettings,
    ) -> Result<Self, String> {
        let mut key = Zeroizing::new([0_u8; 32]);
        getrandom::fill(&mut *key).map_err(|e| e.to_string())?;
        Ok(Self {
            repository,
            passwords: Passwords::new(settings.hash_memory, settings.hash_iterations)?,
            throttle: Throttle::new(settings.throttle),
            turns: Turns::new(),
            verified: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(settings.remember)
                .build(),
            key,
        })
    }

    /// The passwords' hasher, for commands that set one.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The account of these credentials, if it may be used from `address` now.
    ///
    /// The row is read every time, so a change of the account holds at once; only the hashing is
    /// spared for a password that was verified a moment ago.
    ///
    /// # Errors
    /// [`UploadError::BadCredentials`], or [`UploadError::GuessesSlowedDown`] without a look at the
    /// password; then [`UploadError::AccountDisabled`], [`UploadError::AddressNotAllowed`].
    pub async fn log_in(
        &self,
        credentials: &Credentials,
        address: IpAddr,
    ) -> Result<Account, UploadError> {
        let name = name_key(&credentials.user);
        // No account has such a name: nothing is looked up, and nothing of it is remembered.
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0') {
            return Err(UploadError::BadCredentials);
        }
        let account = self.repository.account(&name).await?;
        let remembered = account
            .as_ref()
            .map(|account| self.digest(account, &credentials.password));
        if !remembered.is_some_and(|digest| self.verified.contains_key(&digest)) {
            let blocked = || {
                let blocked = self.throttle.blocks(&name, address, Instant::now());
                blocked.then_some(UploadError::GuessesSlowedDown)
            };
            // Whoever may not try does not wait either.
            blocked().map_or(Ok(()), Err)?;
            let standing = self.throttle.standing(address, Instant::now());
            let turn = self.turns.take(standing, neighbourhood(address)).await;
            let turn = turn.ok_or(UploadError::TooManyLogIns)?;
            // Many guesses sent at once must not all slip through.
            blocked().map_or(Ok(()), Err)?;
            let hash = account
                .as_ref()
                .map(|account| account.password_hash.as_str());
            let password = &credentials.password;
            if !self.passwords.verify(password, hash, turn).await? {
                self.throttle.failed(&name, address, Instant::now());
                return Err(UploadError::BadCredentials);
            }
            self.throttle.succeeded(&name, address);
            if let Some(digest) = remembered {
                self.verified.insert(digest, ());
            }
        }
        let account = account.ok_or(UploadError::BadCredentials)?;
        if !account.settings.enabled {
            return Err(UploadError::AccountDisabled);
        }
        if !account.settings.allows(address) {
            return Err(UploadError::AddressNotAllowed);
        }
        Ok(account)
    }

    fn digest(&self, account: &Account, password: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.key)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(account.password_hash.as_bytes());
        mac.update(&[0]);
        mac.update(password.as_bytes());
        mac.finalize().into_bytes().into()
    }
}
