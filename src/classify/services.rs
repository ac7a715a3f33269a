//! Services that hold a file and hand out a link to it: which of them an address names. Opens no address.

/// A service by its hosts; `paths`: what the path of a file has in it (any of them; none: any path will do).
struct Service {
    name: &'static str,
    hosts: &'static [&'static str],
    paths: &'static [&'static str],
}

const fn service(name: &'static str, hosts: &'static [&'static str], paths: &'static [&'static str]) -> Service {
    Service { name, hosts, paths }
}

/// A host fits itself and what is below it; one that ends with a dot fits any country (`disk.yandex.`).
const SERVICES: [Service; 70] = [
    service(
        "SharePoint/OneDrive",
        &["sharepoint.com", "sharepoint.cn", "sharepoint.us"],
        &["/:", "/personal/", "documents/", "guestaccess", "download", "onedrive", "attachments/"],
    ),
    service("OneDrive", &["1drv.ms", "onedrive.live.com", "1drv.com"], &[]),
    service("Google Drive", &["drive.google.com", "drive.usercontent.google.com"], &[]),
    service("Google Docs", &["docs.google.com"], &["/document/", "/spreadsheets/", "/presentation/", "/file/", "/uc"]),
    service(
        "Dropbox",
        &["dropbox.com", "db.tt", "dropboxusercontent.com"],
        &["/s/", "/sh/", "/scl/", "/t/", "/l/", "/transfer", "/request", "/paper/", "/d/"],
    ),
    service(
        "WeTransfer",
        &["we.tl", "wetransfer.com", "collect.wetransfer.com"],
        &["/t-", "/downloads/", "/board/", "/b-", "/transfers/"],
    ),
    service("Box", &["box.com", "box.net", "ent.box.com"], &["/s/", "/v/", "/file/", "/folder/", "/shared/"]),
    service("MEGA", &["mega.nz", "mega.co.nz"], &["/file", "/folder", "/#"]),
    service(
        "iCloud",
        &["icloud.com", "icloud.com.cn"],
        &["/iclouddrive", "/attachment", "/pages/", "/numbers/", "/keynote/", "/photos/", "/sharedalbum"],
    ),
    service("Yandex Disk", &["disk.yandex.", "yadi.sk"], &["/d/", "/i/", "/public", "/a/"]),
    service("Mail.ru Cloud", &["cloud.mail.ru", "files.mail.ru"], &["/public", "/stock", "/"]),
    service("Baidu Netdisk", &["pan.baidu.com", "yun.baidu.com"], &["/s/", "/share"]),
    service("Weiyun", &["share.weiyun.com", "weiyun.com"], &["/"]),
    service("Aliyun Drive", &["aliyundrive.com", "alipan.com"], &["/s/", "/t/"]),
    service("115", &["115.com", "115cdn.com", "anxia.com"], &["/s/"]),
    service("Tianyi Cloud", &["cloud.189.cn"], &["/t/", "/web/share"]),
    service("123 Pan", &["123pan.com", "123pan.cn", "123684.com", "123865.com"], &["/s/"]),
    service("Quark", &["pan.quark.cn"], &["/s/"]),
    service("Xunlei", &["pan.xunlei.com"], &["/s/"]),
    service("Lanzou", &["lanzou.com", "lanzous.com", "lanzoui.com", "lanzoux.com", "lanzouw.com"], &["/"]),
    service("WPS Cloud", &["kdocs.cn", "wps.cn"], &["/l/", "/p/", "/view/"]),
    service(
        "Tencent Docs",
        &["docs.qq.com", "mail.qq.com", "wx.mail.qq.com"],
        &["/doc/", "/pdf/", "/sheet/", "/slide/", "/ftn/", "ftn"],
    ),
    service(
        "NetEase mail's store",
        &["mail.163.com", "mail.126.com", "u.163.com", "u.126.com", "dashi.163.com"],
        &["/large-attachment", "/filehub", "download", "/t0/"],
    ),
    service("Feishu", &["feishu.cn", "larksuite.com"], &["/file/", "/docx/", "/docs/", "/drive/", "/wiki/"]),
    service("Wenshushu", &["wenshushu.cn", "wss.ink", "wss1.cn"], &["/f/", "/k/", "/box/"]),
    service("Cowtransfer", &["cowtransfer.com"], &["/s/"]),
    service("Nutstore", &["jianguoyun.com"], &["/p/", "/d/"]),
    service(
        "TeraBox",
        &["terabox.com", "teraboxapp.com", "1024tera.com", "1024terabox.com", "freeterabox.com", "terabox.app"],
        &["/s/", "/sharing"],
    ),
    service("MediaFire", &["mediafire.com"], &["/file", "/folder", "/?", "/view", "/download"]),
    service("SendSpace", &["sendspace.com"], &["/file", "/pro", "/filegroup"]),
    service("TransferNow", &["transfernow.net"], &["/dl", "/d/", "dltransfer", "cld"]),
    service("SwissTransfer", &["swisstransfer.com"], &["/d/", "/dl"]),
    service("Smash", &["fromsmash.com"], &["/"]),
    service("Egress", &["egress.com"], &["/"]),
    service("Sync.com", &["sync.com", "syncusercontent.com"], &["/dl/", "/link", "/d/"]),
    service("pCloud", &["pcloud.link", "pcloud.com", "pc.cd"], &["/publink", "/"]),
    service("FileSender", &["filesender.org", "filesender.renater.fr", "filesender.geant.org"], &["token=", "?s="]),
    service("Kiteworks", &["kiteworks.com", "accellion.net"], &["/"]),
    service("ShareFile", &["sharefile.com", "sharefile.eu", "sf-api.com"], &["/d-", "/share", "/d/", "/f/"]),
    service("Tresorit", &["tresorit.com", "tresorit.io"], &["/l/", "/l#", "/a#", "/a/"]),
    service("Proton Drive", &["drive.proton.me", "drive.protonmail.com"], &["/urls", "/"]),
    service("Filemail", &["filemail.com"], &["/d/", "/t/"]),
    service(
        "Hightail",
        &["hightail.com", "spaces.hightail.com", "yousendit.com"],
        &["/space", "/receive", "/download", "/u/", "/"],
    ),
    service("Jumbomail", &["jumbomail.me", "jumbomail.com"], &["/"]),
    service("GoFile", &["gofile.io"], &["/d/", "/"]),
    service("Pixeldrain", &["pixeldrain.com"], &["/u/", "/l/"]),
    service("4shared", &["4shared.com"], &["/"]),
    service("WorkUpload", &["workupload.com"], &["/file", "/archive"]),
    service("1fichier", &["1fichier.com"], &["/?"]),
    service("GrosFichiers", &["grosfichiers.com"], &["/"]),
    service("France Transfert", &["francetransfert.numerique.gouv.fr"], &["/"]),
    service("DropMeFiles", &["dropmefiles.com", "dropmefiles.net"], &["/"]),
    service("FEX", &["fex.net"], &["/s/", "/"]),
    service("kDrive", &["kdrive.infomaniak.com"], &["/share", "/app"]),
    service("HiDrive", &["hidrive.com", "hidrive.strato.com", "hidrive.ionos.com"], &["/lnk", "/share", "/api"]),
    service("GMX/WEB.DE", &["c.gmx.net", "c.web.de"], &["/@", "/"]),
    service("MagentaCLOUD", &["magentacloud.de"], &["/s/", "/lnk", "/share"]),
    service("DRACOON", &["dracoon.com", "dracoon.team", "dracoon.cloud"], &["/public/"]),
    service("Egnyte", &["egnyte.com"], &["/dl/", "/fl/"]),
    service(
        "Zoho WorkDrive",
        &["workdrive.zoho.com", "workdrive.zoho.eu", "zohoexternal.com", "workdrive.zohopublic.com"],
        &["/"],
    ),
    service("Adobe Document Cloud", &["documentcloud.adobe.com", "acrobat.adobe.com"], &["/link", "/id/", "/review"]),
    service("Mimecast", &["mimecast.com", "mimecastprotect.com"], &["lfs", "/largefile", "/download"]),
    service("LiquidFiles", &["liquidfiles.com", "liquidfiles.net"], &["/"]),
    service("TransferXL", &["transferxl.com"], &["/"]),
    service(
        "SendGB",
        &[
            "sendgb.com",
            "sendbig.com",
            "filetransfer.io",
            "file.io",
            "wormhole.app",
            "send.vis.ee",
            "uploadnow.io",
            "easyupload.io",
            "files.fm",
            "krakenfiles.com",
            "dropsend.com",
        ],
        &["/"],
    ),
    service("Icedrive", &["icedrive.net"], &["/s/", "/0/"]),
    service("Koofr", &["koofr.net", "koofr.eu"], &["/links/", "/"]),
    service("Synology", &["quickconnect.to", "gofile.me", "synology.me"], &["/sharing", "/d/", "/s/", "/f/"]),
    service("Amazon S3", &["amazonaws.com"], &["/"]),
    service("Azure storage", &["blob.core.windows.net", "storage.googleapis.com", "r2.dev"], &["/"]),
];

/// Never a file of the sender: the United Nations' own pages, meetings, forms, and where people talk.
const NEVER: [&str; 47] = [
    "un.org",
    "undocs.org",
    "unoda.org",
    "unog.ch",
    "ungeneva.org",
    "ohchr.org",
    "undp.org",
    "unidir.org",
    "unesco.org",
    "itu.int",
    "who.int",
    "europa.eu",
    "zoom.us",
    "zoom.com",
    "zoomgov.com",
    "teams.microsoft.com",
    "teams.live.com",
    "meet.google.com",
    "calendar.google.com",
    "webex.com",
    "gotomeeting.com",
    "whereby.com",
    "meet.jit.si",
    "calendly.com",
    "doodle.com",
    "forms.gle",
    "forms.office.com",
    "surveymonkey.com",
    "eventbrite.com",
    "youtube.com",
    "youtu.be",
    "vimeo.com",
    "twitter.com",
    "x.com",
    "facebook.com",
    "linkedin.com",
    "instagram.com",
    "t.me",
    "wikipedia.org",
    "doi.org",
    "arxiv.org",
    "ssrn.com",
    "medium.com",
    "reddit.com",
    "aka.ms",
    "linktr.ee",
    "github.com",
];

/// What an address is to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A service for files, by name; with the host where many have the name.
    Service(String),
    /// A page of somebody's own, which may hold a file.
    Page(String),
    /// A homepage, a meeting, the United Nations' own pages.
    Nothing,
}

/// What the address `host` with `path` (which begins with a slash, query and all) is to us.
pub fn place(host: &str, path: &str) -> Place {
    let host = host.trim_start_matches("www.");
    let lower = path.to_lowercase();
    let is_homepage = lower.trim_matches('/').is_empty();
    if is_homepage || NEVER.iter().any(|one| is_below(host, one)) {
        return Place::Nothing;
    }
    if let Some(known) = SERVICES.iter().find(|one| one.hosts.iter().any(|name| is_below(host, name))) {
        let is_file = known.paths.is_empty() || known.paths.iter().any(|piece| lower.contains(piece));
        // What a service says of itself: its help, its prices, its blog.
        let about =
            ["/about", "/help", "/support", "/pricing", "/blog", "/terms", "/privacy", "/legal", "/login", "/contact"];
        let is_about = about.iter().any(|piece| lower.starts_with(piece));
        return if is_file && !is_about { Place::Service(known.name.into()) } else { Place::Nothing };
    }
    match own_server(host, &lower, path) {
        Some(kind) => Place::Service(format!("{kind} ({host})")),
        None => Place::Page(host.into()),
    }
}

fn is_below(host: &str, known: &str) -> bool {
    if known.ends_with('.') {
        return host.strip_prefix(known).is_some_and(|land| land.len() <= 6);
    }
    host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Servers that anybody may run, known by how they write the address of a shared file.
fn own_server(host: &str, lower: &str, path: &str) -> Option<&'static str> {
    if lower.contains("s=download") && lower.contains("token=") {
        return Some("FileSender");
    }
    if host.contains("kiteworks") && lower.starts_with("/w/") {
        return Some("Kiteworks");
    }
    let label = host.split('.').next().unwrap_or_default();
    let names =
        ["cloud", "nextcloud", "owncloud", "nc", "share", "files", "drive", "seafile", "box", "transfer", "send"];
    let is_store = names.iter().any(|name| label.contains(name) && (name.len() > 2 || label == *name));
    let (before, after) = path.split_once("/s/")?;
    let token: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
    // Nextcloud's tokens have 15 signs, older ones of ownCloud 32 hexadecimal ones.
    let is_token = matches!(token.len(), 15 | 32) || (is_store && token.len() >= 6) || before.ends_with("index.php");
    is_token.then_some("Nextcloud/ownCloud")
}
