//! What signing in computes by itself: passwords and one-time codes.

use pouch::access::password::{self, is_weak};

#[test]
fn a_password_opens_its_own_hash_and_no_other() {
    let (first, second) =
        (password::hash("a harbour of paper boats").unwrap(), password::hash("a harbour of paper boats").unwrap());
    assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
    assert_ne!(first, second, "each has a salt of its own");
    assert!(
        password::verify("a harbour of paper boats", &first) && password::verify("a harbour of paper boats", &second)
    );
    for wrong in ["a harbour of paper boat", "A harbour of paper boats", "", "a harbour of paper boats "] {
        assert!(!password::verify(wrong, &first), "{wrong:?}");
    }
    for broken in [
        "",
        "a harbour of paper boats",
        "$argon2id$v=19$m=19456,t=2,p=1$",
        "$2b$12$R9h/cIPz0gi.URNNX3kh2O",
        &first[..40],
    ] {
        assert!(!password::verify("a harbour of paper boats", broken), "{broken:?}");
    }
}

#[test]
fn a_hash_made_by_another_program_opens() {
    // By the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32 -e`, from its own
    // tests (P-H-C/phc-winner-argon2, src/test.c).
    let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert!(password::verify("password", phc));
    assert!(!password::verify("passwore", phc));
}

#[test]
fn the_same_password_from_another_keyboard_opens_too() {
    // é as one sign and as two, ﬁ as a ligature, digits in full width.
    let hash = password::hash("caf\u{e9} fix 1234 harbour").unwrap();
    assert!(password::verify("cafe\u{301} \u{fb01}x \u{ff11}\u{ff12}\u{ff13}\u{ff14} harbour", &hash));
}

#[test]
fn a_password_longer_than_a_thousand_characters_is_neither_set_nor_opens() {
    let (most, more) = ("é ł".repeat(400).chars().take(1000).collect::<String>(), "é".repeat(1001));
    let hash = password::hash(&most).unwrap();
    assert!(password::verify(&most, &hash));
    assert!(!password::verify(&format!("{most}x"), &hash));
    assert!(password::hash(&more).is_err());
    assert!(is_weak(&more, "ana", "Ana").unwrap().contains("1,000"));
}

#[test]
fn looking_for_nobody_takes_as_long_as_for_somebody() {
    let hash = password::hash("a harbour of paper boats").unwrap();
    let best = |act: &dyn Fn()| {
        let once = || {
            let begun = std::time::Instant::now();
            act();
            begun.elapsed()
        };
        (0..8).map(|_| once()).min().unwrap()
    };
    let somebody = best(&|| assert!(!password::verify("a wrong one altogether", &hash)));
    let nobody = best(&|| password::verify_nothing("a wrong one altogether"));
    let unreadable = best(&|| assert!(!password::verify("a wrong one altogether", "x")));
    for (what, time) in [("nobody", nobody), ("an unreadable hash", unreadable)] {
        let ratio = time.as_secs_f64() / somebody.as_secs_f64();
        // Other tests run beside this one; without any work it would be a thousandth.
        assert!((0.2..5.0).contains(&ratio), "{what}: {time:?}, somebody: {somebody:?}");
    }
}

#[test]
fn passwords_that_are_guessed_first_are_refused_with_the_reason() {
    for (password, why) in [
        ("", "at least 12"),
        ("x9!Kq7#zR2p", "at least 12"),
        // Twelve by its bytes only.
        ("пароль-тут", "at least 12"),
        ("ana.ferreira@example.org", "login"),
        ("Ana.Ferreira@Example.Org", "login"),
        ("anaferreiraana", "login"),
        ("Ferreira-2023", "login"),
        ("Password1234", "first"),
        ("password-password", "first"),
        ("ｐａｓｓｗｏｒｄ１２３４", "first"),
        ("1234567890123", "first"),
        ("qwertyuiop[]", "first"),
        ("aaaaaaaaaaaaaaaa", "first"),
        ("............", "first"),
        ("            ", "first"),
        ("ababababababab", "first"),
        ("Summer2023!!", "first"),
        ("correct horse battery staple", "first"),
        ("ana-password-1", "first"),
    ] {
        let said = is_weak(password, "ana.ferreira@example.org", "Ana Ferreira").unwrap_or("taken");
        assert!(said.contains(why), "{password:?}: {said}");
    }
    for good in [
        "a harbour of paper boats",
        "x9!Kq7#zR2pW",
        "wonderland of ana",
        "лодка из бумаги",
        "密码之外还有一只纸船和一片海洋",
        "passwords bore me greatly",
        "\u{1f6f6}\u{1f30a}\u{1f4dc}\u{1f9ed}\u{26f5}\u{1f3dd}\u{1f41f}\u{1f980}\u{1f40b}\u{1f31e}\u{1f318}\u{1f52d}",
    ] {
        assert_eq!(is_weak(good, "ana.ferreira@example.org", "Ana Ferreira"), None, "{good:?}");
    }
}
