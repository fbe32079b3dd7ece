//! Hashing and checking passwords, off the threads that serve requests.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::UploadError;

/// How many hashes are computed at once: each takes `accounts.hash_memory` and a processor.
const AT_ONCE: usize = 2;

/// Hashes and checks passwords with argon2id, two at a time, in blocking tasks.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    // What an unknown user's password is compared with, so that it costs the same.
    nobody: Arc<str>,
}

impl Passwords {
    /// Hashes with `memory` KiB and `iterations` passes from now on; older hashes are checked with
    /// the parameters they carry.
    ///
    /// # Errors
    /// A message if argon2 does not know such parameters.
    pub fn new(memory: u32, iterations: u32) -> Result<Self, String> {
        let parameters = Params::new(memory, iterations, 1, None).map_err(|e| e.to_string())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let nobody = argon2
            .hash_password(b"nobody has this password")
            .map_err(|e| e.to_string())?
            .to_string();
        Ok(Self {
            argon2,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: nobody.into(),
        })
    }

    /// The hash of a new password, in PHC form.
    ///
    /// # Errors
    /// [`UploadError::Internal`] if hashing fails.
    pub async fn hash(&self, password: &str) -> Result<String, UploadError> {
        let password = Zeroizing::new(password.to_owned());
        self.turn()
            .await?
            .work(move |argon2| {
                argon2
                    .hash_password(password.as_bytes())
                    .map(|hash| hash.to_string())
                    .map_err(|_| UploadError::Internal("a password could not be hashed"))
            })
            .await?
    }

    /// Waits for a turn to check a password. What must hold when the check begins, such as that
    /// guesses are not slowed down, is asked after this and before [`Turn::verify`].
    ///
    /// # Errors
    /// [`UploadError::Internal`] while the gateway stops.
    pub async fn turn(&self) -> Result<Turn, UploadError> {
        let permit = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|_| UploadError::Internal("password checks have stopped"))?;
        Ok(Turn {
            passwords: self.clone(),
            permit,
        })
    }
}

/// The right to compute one hash now.
pub struct Turn {
    passwords: Passwords,
    permit: OwnedSemaphorePermit,
}

impl Turn {
    /// Whether `password` is the one behind `hash`; without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// [`UploadError::Internal`] if the stored hash cannot be read.
    pub async fn verify(self, password: &str, hash: Option<&str>) -> Result<bool, UploadError> {
        let password = Zeroizing::new(password.to_owned());
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.passwords.nobody), Arc::from);
        self.work(move |argon2| {
            let hash = PasswordHash::new(&hash)
                .map_err(|_| UploadError::Internal("a stored password hash cannot be read"))?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok() && known)
        })
        .await?
    }

    async fn work<T: Send + 'static>(
        self,
        work: impl FnOnce(Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, UploadError> {
        tokio::task::spawn_blocking(move || {
            let _held_to_the_end = self.permit;
            work(self.passwords.argon2)
        })
        .await
        .map_err(|_| UploadError::Internal("a password check was interrupted"))
    }
}

#[cfg(test)]
mod tests {
    use super::Passwords;

    async fn check(passwords: &Passwords, password: &str, hash: Option<&str>) -> bool {
        passwords
            .turn()
            .await
            .unwrap()
            .verify(password, hash)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new(64, 1).unwrap();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(check(&passwords, "correct horse", Some(&hash)).await);
        assert!(!check(&passwords, "Correct horse", Some(&hash)).await);
        assert!(!check(&passwords, "correct horse", None).await);
    }

    #[tokio::test]
    async fn not_even_the_dummy_password_opens_an_unknown_account() {
        let passwords = Passwords::new(64, 1).unwrap();
        assert!(!check(&passwords, "nobody has this password", None).await);
    }
}
