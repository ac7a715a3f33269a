//! Who somebody is who signs in: passwords, one-time codes, identity providers. Nothing in here may print a password, a
//! code, a token or a secret.

pub mod oidc;
pub mod password;
pub mod totp;
