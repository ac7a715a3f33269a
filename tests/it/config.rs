//! The configuration refuses what it does not know and names everything that is wrong at once.

use pouch::config::Config;
use std::path::Path;

fn read(text: &str) -> Result<Config, Vec<String>> {
    Config::read(text, Path::new("/etc/pouch"))
}

#[test]
fn the_printed_example_is_the_default() {
    assert_eq!(read(pouch::config::EXAMPLE).unwrap(), Config::default());
}

#[test]
fn the_commented_lines_of_the_example_are_valid_too() {
    let is_setting = |line: &&str| {
        let bare = line.trim_start_matches(['#', ' ']);
        line.starts_with('#')
            && (bare.starts_with('[') || bare.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')))
    };
    let uncommented: Vec<String> = pouch::config::EXAMPLE
        .lines()
        .map(|line| if is_setting(&line) { line.trim_start_matches(['#', ' ']).to_string() } else { line.to_string() })
        .filter(|line| !line.starts_with("password_env") && !line.starts_with("tls = false"))
        .collect();
    let config = read(&uncommented.join("\n")).unwrap();
    assert_eq!(config.accounts.len(), 2);
    assert!(config.smtp.is_some() && config.call.event.is_some() && config.call.deadline.is_some());
    assert!(matches!(config.accounts[1].login, pouch::config::Login::OAuth(_)));
    assert_eq!(config.accounts[0].folders, ["INBOX", "Inputs 2023"]);
    assert!(config.postgres_url.is_some() && config.catalogue_file.is_some() && config.publish.dir.is_some());
}

#[test]
fn unknown_keys_and_bad_values_are_all_named_at_once() {
    let wrong = read(
        "listen = \"here\"\n\
         colour = 1\n\
         [receive]\n\
         idle = \"10m\"\n\
         [[account]]\n\
         name = \"chair\"\n\
         host = \"mail.example.org\"\n\
         pasword_file = \"x\"\n\
         tls = false\n",
    )
    .unwrap_err();
    for named in [
        "listen",
        "colour",
        "receive.idle",
        "account[1].pasword_file",
        "account[1].tls",
        "account[1].user",
        "account[1].password_file",
    ] {
        assert!(wrong.iter().any(|line| line.starts_with(&format!("{named}:"))), "{named} is not named in {wrong:#?}");
    }
}

#[test]
fn paths_are_relative_to_the_configuration() {
    let config = read("[publish]\ndir = \"pages\"\n").unwrap();
    assert_eq!(config.publish.dir.as_deref(), Some(Path::new("/etc/pouch/pages")));
}

#[test]
fn an_address_beyond_loopback_is_refused_with_the_reason() {
    let wrong = read("listen = \"192.0.2.1:8080\"\n").unwrap_err();
    assert!(wrong.len() == 2 && wrong[0].contains("https://") && wrong[1].contains("behind_proxy"), "{wrong:?}");
    let wrong =
        read("listen = \"0.0.0.0:80\"\n[desk]\nurl = \"http://desk.example\"\nbehind_proxy = true\n").unwrap_err();
    assert!(wrong.len() == 1 && wrong[0].starts_with("desk.url:"), "{wrong:?}");
    let fine = read("listen = \"0.0.0.0:80\"\n[desk]\nurl = \"https://desk.example\"\nbehind_proxy = true\n").unwrap();
    assert_eq!(fine.desk.host(), Some("desk.example"));
}

#[test]
fn an_account_logs_in_in_one_way_and_has_all_that_it_needs_for_it() {
    let account = |lines: &str| {
        read(&format!("[[account]]\nname = \"a\"\nhost = \"imap.example.org\"\nuser = \"a@example.org\"\n{lines}"))
            .unwrap_err()
    };
    for (lines, why) in [
        ("login = \"yahoo\"\nclient_id = \"x\"", "is password, google, microsoft or microsoft-app"),
        ("login = \"google\"", "client_id"),
        ("login = \"google\"\nclient_id = \"x\"\npassword_file = \"p\"", "this account logs in by OAuth2"),
        ("login = \"microsoft-app\"\nclient_id = \"x\"\ntenant = \"t\"", "client_secret_file: is needed"),
        ("login = \"microsoft-app\"\nclient_id = \"x\"\nclient_secret_env = \"S\"", "tenant: is needed"),
        ("login = \"microsoft\"\nclient_id = \"x\"\ntenant = \"a/b\"", "tenant: holds signs"),
        ("login = \"google\"\nclient_id = \"x\"\noauth_url = \"http://login.example.org\"", "oauth_url"),
    ] {
        let wrong = account(lines);
        assert!(wrong.iter().any(|one| one.contains(why)), "{lines}: {wrong:?}");
    }
}
