//! The receipt in the six languages of the United Nations. Words only.

/// What a receipt says.
pub struct Words {
    pub thanks: &'static str,
    pub number: &'static str,
    pub received: &'static str,
    pub what: &'static str,
    pub text: &'static str,
    pub file: &'static str,
    pub bytes: &'static str,
    pub end: &'static str,
}

const ENGLISH: Words = Words {
    thanks: "Your written input has been received. This message was written by a machine.",
    number: "Receipt number",
    received: "Received",
    what: "What was received",
    text: "the text of your message, as it was read",
    file: "file",
    bytes: "bytes",
    end: "A receipt says nothing about publication: the secretariat looks at each input first. Please keep the number and \
          name it if you write again. If you did not send this input, please tell the address that it was sent to.",
};

const FRENCH: Words = Words {
    thanks: "Votre contribution écrite a bien été reçue. Ce message a été rédigé par une machine.",
    number: "Numéro d'accusé de réception",
    received: "Reçue le",
    what: "Ce qui a été reçu",
    text: "le texte de votre message, tel qu'il a été lu",
    file: "fichier",
    bytes: "octets",
    end: "Le présent accusé de réception ne préjuge pas de la publication : le secrétariat examine d'abord chaque contribution. \
          Veuillez conserver ce numéro et le rappeler si vous écrivez de nouveau. Si vous n'avez pas envoyé cette contribution, \
          veuillez le signaler à l'adresse à laquelle elle a été envoyée.",
};

const SPANISH: Words = Words {
    thanks: "Hemos recibido su aporte escrito. Este mensaje fue redactado por una máquina.",
    number: "Número de acuse de recibo",
    received: "Recibido el",
    what: "Lo que se recibió",
    text: "el texto de su mensaje, tal como se leyó",
    file: "archivo",
    bytes: "bytes",
    end: "Este acuse de recibo no prejuzga la publicación: la secretaría examina primero cada aporte. Conserve el número y \
          menciónelo si vuelve a escribir. Si usted no envió este aporte, comuníquelo a la dirección a la que fue enviado.",
};

const RUSSIAN: Words = Words {
    thanks: "Ваш письменный материал получен. Это сообщение составлено автоматически.",
    number: "Номер подтверждения",
    received: "Получено",
    what: "Что получено",
    text: "текст вашего письма в том виде, в каком он прочитан",
    file: "файл",
    bytes: "байт",
    end: "Подтверждение не означает публикации: секретариат сначала рассматривает каждый материал. Сохраните номер и укажите его, \
          если будете писать снова. Если вы не отправляли этот материал, сообщите об этом по адресу, на который он был отправлен.",
};

const CHINESE: Words = Words {
    thanks: "您的书面意见已收到。本邮件由机器自动发出。",
    number: "回执编号",
    received: "收到时间",
    what: "收到的内容",
    text: "邮件正文（按读取结果）",
    file: "文件",
    bytes: "字节",
    end: "本回执不代表将予公布：秘书处会先审阅每份意见。请保存编号，再次来信时请注明。如果该意见并非由您发送，请告知其寄往的地址。",
};

const ARABIC: Words = Words {
    thanks: "تم استلام مساهمتكم الخطية. هذه الرسالة كُتبت آليا.",
    number: "رقم إشعار الاستلام",
    received: "تاريخ الاستلام",
    what: "ما تم استلامه",
    text: "نص رسالتكم كما قُرئ",
    file: "ملف",
    bytes: "بايت",
    end: "لا يعني هذا الإشعار النشر: تنظر الأمانة أولا في كل مساهمة. يرجى الاحتفاظ بالرقم وذكره عند الكتابة مرة أخرى. \
          وإذا لم ترسلوا هذه المساهمة، فيرجى إبلاغ العنوان الذي أُرسلت إليه.",
};

/// The words in a language (ISO 639-1); in English if there are none in it.
pub fn words(language: &str) -> &'static Words {
    match language {
        "fr" => &FRENCH,
        "es" => &SPANISH,
        "ru" => &RUSSIAN,
        "zh" => &CHINESE,
        "ar" => &ARABIC,
        _ => &ENGLISH,
    }
}
