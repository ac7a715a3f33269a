//! What signing in computes by itself: passwords and one-time codes.

use pouch::access::password::{self, is_weak};
use pouch::access::totp::{self, Secret};
use pouch::domain::Timestamp;

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
        // Other tests run beside this one; without any work it would be a ten thousandth.
        assert!((0.05..20.0).contains(&ratio), "{what}: {time:?}, somebody: {somebody:?}");
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
        ("Ferreira-1789", "login"),
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

/// A moment, in seconds since 1970.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The secret of RFC 6238's appendix B, `12345678901234567890`.
fn of_rfc() -> Secret {
    Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap()
}

#[test]
fn one_time_codes_are_those_of_the_standard() {
    // RFC 6238, appendix B, for SHA-1: eight digits, of which the last six are ours.
    for (second, code) in [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ] {
        assert_eq!(totp::check(&of_rfc(), &code[2..], at(second), None), Some(second / 30), "{second}");
    }
}

#[test]
fn a_code_opens_one_step_early_or_late_and_no_more() {
    // 081804 belongs to the step that begins at this second.
    let step = 1_111_111_080;
    for (second, opens) in [
        (step - 31, false),
        (step - 30, true),
        (step, true),
        (step + 59, true),
        (step + 60, false),
        (step + 3000, false),
    ] {
        assert_eq!(totp::check(&of_rfc(), "081804", at(second), None).is_some(), opens, "{}", second - step);
    }
    // At the beginning of time there is no step before.
    assert_eq!(totp::check(&of_rfc(), "755224", at(0), None), Some(0));
    assert_eq!(totp::check(&of_rfc(), "755224", at(-1), None), Some(0));
    assert_eq!(totp::check(&of_rfc(), "755224", at(-3600), None), None);
}

#[test]
fn a_used_step_and_those_before_it_open_no_more() {
    let now = at(1_111_111_109);
    let step = totp::check(&of_rfc(), "081804", now, None).unwrap();
    assert_eq!(totp::check(&of_rfc(), "081804", now, Some(step)), None);
    assert_eq!(totp::check(&of_rfc(), "081804", now, Some(step + 1)), None);
    assert_eq!(totp::check(&of_rfc(), "081804", now, Some(step - 1)), Some(step));
    assert_eq!(totp::check(&of_rfc(), "050471", now, Some(step)), Some(step + 1), "the next code");
}

#[test]
fn a_code_is_six_digits_of_any_keyboard() {
    let opens = |code: &str| totp::check(&of_rfc(), code, at(1_111_111_109), None).is_some();
    for right in [
        "081804",
        " 081 804\n",
        "\u{660}\u{668}\u{661}\u{668}\u{660}\u{664}",
        "\u{6f0}\u{6f8}\u{6f1}\u{6f8}\u{6f0}\u{6f4}",
        "\u{ff10}81804",
    ] {
        assert!(opens(right), "{right:?}");
    }
    for wrong in
        ["", "81804", "0818040", "08180", "+81804", "-081804", "O81804", "081804x", "07081804", &"0".repeat(100_000)]
    {
        assert!(!opens(wrong), "{:?}", &wrong[..wrong.len().min(20)]);
    }
}

#[test]
fn a_secret_comes_back_from_its_base32_and_each_is_another() {
    let (one, two) = (Secret::new().unwrap(), Secret::new().unwrap());
    assert_eq!(one.base32().len(), 32);
    assert_ne!(one.base32(), two.base32());
    assert_eq!(Secret::from_base32(&one.in_groups().to_lowercase()).unwrap().base32(), one.base32());
    for wrong in ["", "GEZDGNBV", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJé"] {
        assert!(Secret::from_base32(wrong).is_none(), "{wrong:?}");
    }
}

#[test]
fn the_address_for_the_app_holds_names_that_cannot_break_out_of_it() {
    let address = of_rfc().address("Pouch: UN & co", "ana+1@example.org?secret=AAAA");
    assert_eq!(
        address,
        "otpauth://totp/Pouch%20%20UN%20%26%20co:ana%2B1%40example.org%3Fsecret%3DAAAA?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
         &issuer=Pouch%20%20UN%20%26%20co&algorithm=SHA1&digits=6&period=30"
    );
}

#[test]
fn the_qr_code_is_a_picture_with_a_text_and_nothing_that_a_strict_page_refuses() {
    let svg = totp::qr_code(&of_rfc().address("Pouch", "ana@example.org"), "QR code of \"ana\" <script>").unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains("role=\"img\""));
    assert!(svg.contains("<title>QR code of &quot;ana&quot; &lt;script&gt;</title>"), "{svg}");
    assert!(svg.contains("aria-label=\"QR code of &quot;ana&quot; &lt;script&gt;\""));
    for refused in ["style", "<script", "<?xml", "href", "GEZDG"] {
        assert!(!svg.contains(refused), "{refused}");
    }
    // The finder at the upper left (7 modules wide) behind a quiet zone of 4: its first row, and the light ring in it.
    let dark = |x: usize, y: usize| svg.contains(&format!("M{x} {y}h1v1h-1z"));
    assert!((4..11).all(|x| dark(x, 4)) && !dark(11, 4) && (5..10).all(|x| !dark(x, 5)) && dark(4, 5) && !dark(3, 4));
    assert!(svg.len() < 40_000, "{} bytes", svg.len());
    assert!(totp::qr_code(&"x".repeat(5000), "too long").is_err());
}

#[test]
fn recovery_codes_open_once_each_and_are_not_kept_as_they_are() {
    let codes = totp::recovery_codes().unwrap();
    let all: std::collections::BTreeSet<_> = codes.shown.iter().collect();
    assert_eq!((all.len(), codes.kept.len()), (10, 10));
    let mut kept = codes.kept.clone();
    for shown in &codes.shown {
        assert_eq!(shown.len(), 19, "{shown}");
        assert!(!codes.kept.concat().contains(&shown.replace('-', "")));
        // As somebody types it from paper.
        let used =
            totp::check_recovery(&format!(" {} ", shown.replace('-', " ").to_uppercase()), &kept).unwrap().to_string();
        kept.retain(|one| *one != used);
        assert_eq!(totp::check_recovery(shown, &kept), None, "{shown}");
    }
    assert!(kept.is_empty());
    // A stolen hash is no code.
    assert_eq!(totp::check_recovery(&codes.kept[0], &codes.kept), None);
    assert_eq!(totp::check_recovery("", &codes.kept), None);
    let padded = format!("{}{}", codes.shown[0], "-".repeat(10_000));
    assert_eq!(totp::check_recovery(&padded, &codes.kept), None);
}
