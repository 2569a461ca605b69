"""Type words beside those of `colonnade.types`: loose ones, and those of other languages."""

from __future__ import annotations

# What is written (lower case) and the word of the type table that it means.
WORDS: dict[str, str] = {
    **dict.fromkeys(
        ("email", "e-mail", "url", "uri", "slug", "phone", "phone number", "password", "color", "colour", "hex color", "path", "file path", "filename",
         "cuid", "nanoid", "short id", "locale", "currency code", "country code", "iso code", "cadena", "cadena de texto", "cadeia", "zeichenkette",
         "chaîne", "chaîne de caractères", "stringa", "字符串", "文字列", "문자열", "строка", "dize", "chuỗi", "charfield", "emailfield", "slugfield", "urlfield",
         "string value", "hex string", "token", "code", "string identifier", "string id", "firebase uid", "unique string", "hash", "username",
         "字串", "字元", "tekenreeks", "string/cuid", "timezone", "iana timezone", "mime type", "ip string", "alphanumeric", "string key",
         "char(n)", "字符", "varchar(n)", "wide string", "text string", "alphanumeric string", "name string", "nvarchar(max)", "ulid string"),
        "string"),
    **dict.fromkeys(
        ("texto", "texte", "testo", "文本", "长文本", "テキスト", "텍스트", "текст", "textfield", "texto largo", "texto longo", "langer text", "long-form text", "free text",
         "freetext", "metin", "văn bản", "tekst", "rich-text", "html", "plain text", "text area", "multi-line text", "multiline string", "memo", "richtext",
         "lexical rich text", "prose", "markdown text", "text (long)", "text (short)", "長文", "nvarchar max"),
        "text"),
    "citext": "citext",
    **dict.fromkeys(
        ("entero", "inteiro", "ganzzahl", "entier", "intero", "整数", "整型", "정수", "целое", "целое число", "tam sayı", "số nguyên", "integerfield", "autofield",
         "positiveintegerfield", "positivesmallintegerfield", "smallintegerfield", "numeric id", "count", "non-negative integer", "unsigned int",
         "unsigned integer", "signed integer", "nonnegative integer", "int unsigned", "pos. integer", "整数型", "geheel getal", "year", "whole-number",
         "i32", "u32", "usize", "nat", "integer value", "int (11)", "natural number", "rating", "epoch", "i16", "u8", "u16", "cents",
         "integer (cents)", "integer cents", "minutes", "seconds", "days", "int32?",
         "整數", "tinyint unsigned", "smallint unsigned", "positive int", "ordinal"), "integer"),
    **dict.fromkeys(("bigautofield", "bigintegerfield", "entero largo", "长整型", "长整数", "big int", "i64", "u64", "unix timestamp (ms)", "long integer", "bigint(20)",
                     "unsigned bigint", "epoch ms", "epoch milliseconds", "int 64"), "bigint"),
    **dict.fromkeys(
        ("dezimal", "dezimalzahl", "décimal", "小数", "数値", "数字", "数值", "숫자", "число", "десятичное", "ondalık", "số", "número", "numero", "zahl", "nombre",
         "decimalfield", "percentage", "percent", "decimal number", "numeric value", "num", "decimal value",
         "cantidad", "währung", "fixed-point", "fixed decimal", "decimal(12, 2)", "getal", "精确小数"),
        "decimal"),
    **dict.fromkeys(("金额", "金額", "price", "monetary value", "money amount", "valor monetario", "valor monetário", "moeda", "geldbetrag", "currency amount", "montant",
                     "importe", "kwota", "importo"), "money"),
    **dict.fromkeys(("flotante", "latitude", "longitude", "ponto flutuante", "gleitkommazahl", "fließkommazahl", "flottant", "浮点数", "浮点", "浮動小数点", "floatfield", "вещественное", "f64", "f32",
                     "double float", "floating-point", "float number", "cgfloat"), "float"),
    **dict.fromkeys(
        ("booleano", "lógico", "wahrheitswert", "booléen", "booleana", "布尔", "布尔值", "真偽値", "真偽", "ブール", "ブール値", "불리언", "булево", "логический", "boolesch", "mantıksal",
         "booleanfield", "yes-no", "toggle", "switch", "checkbox", "ja/nein", "sí/no", "sim/não", "boolean flag", "bit", "bit(1)", "tinyint(1)", "布林", "布尔型"), "boolean"),
    **dict.fromkeys(("fecha", "datum", "data", "日期", "日付", "날짜", "дата", "tarih", "ngày", "datefield", "calendar day", "date string", "iso date", "iso date string",
                     "iso 8601 date", "yyyy-mm-dd", "local date", "datetime.date", "date (yyyy-mm-dd)", "iso-8601 date", "data (dia)", "plaindate"), "date"),
    **dict.fromkeys(
        ("fecha y hora", "fecha/hora", "fecha-hora", "marca de tiempo", "data e hora", "data/hora", "data hora", "zeitstempel", "datum/zeit", "datum und uhrzeit", "date et heure",
         "date/heure", "horodatage", "data e ora", "时间戳", "日期时间", "时间", "日時", "タイムスタンプ", "날짜/시간", "일시", "дата и время", "дата/время", "метка времени", "datetimefield",
         "iso 8601 datetime", "iso 8601 timestamp", "iso-8601 timestamp", "iso-8601 datetime", "iso date-time", "iso 8601 string", "iso-8601", "datetime string",
         "iso8601 string", "iso datetime string", "iso timestamp string", "timestamps", "date & time", "date and time", "datetime utc", "timestamp utc", "utc date",
         "unix timestamp", "datetime.datetime", "timestamp with tz", "timestamp w/ tz", "timestamp tz", "timestamp_ntz", "timestamp without tz", "epoch timestamp",
         "zaman damgası", "autodate", "thời gian", "tijdstempel", "時刻", "日付時刻", "firestore timestamp", "server timestamp", "iso", "日期時間", "localdatetime?", "date with time",
         "timestamp (timezone)", "timestamp (tz)", "iso-8601 string", "iso string", "timestampz", "timestamp_tz", "ts", "datetime (iso)", "datetime (iso 8601)", "temporal",
         "iso 8601 utc"),
        "timestamp"),
    **dict.fromkeys(("hora", "uhrzeit", "heure", "ora", "時間", "hh:mm", "timefield", "local time", "wall-clock time"), "time"),
    **dict.fromkeys(
        ("objeto", "objekt", "objet", "对象", "オブジェクト", "객체", "объект", "jsonfield", "json array", "json blob", "json column", "key-value", "key/value", "hashmap",
         "key-value map", "nested object", "embedded object", "embedded document", "json string", "json object/array", "sub-document", "subdocument",
         "json document", "mapping", "json text", "json/jsonb", "json data", "json-encoded", "object literal", "structured object", "structured data", "unknown",
         "document", "embedded", "free-form object", "json value", "structured json"), "jsonb"),
    **dict.fromkeys(("array", "list", "lista", "liste", "数组", "列表", "配列", "リスト", "배열", "массив", "список", "tuple", "set", "vec", "json list", "danh sách", "dizi",
                     "collection", "sequence", "arreglo"), "text[]"),
    **dict.fromkeys(("identifier", "unique identifier", "identificador", "identificador único", "eindeutige id", "gen_random_uuid", "uuid string", "uuid/string", "string (uuid)",
                     "uuidfield", "uuid (v4)", "uuid (v7)", "string uuid", "uuid (text)", "uuid-v4", "uuid/guid", "uuid v1"), "uuid"),
    **dict.fromkeys(("data uri", "binary data", "file", "blob data", "byte array", "byte[]", "uint8array", "bytes array", "encrypted bytes", "archivo", "arquivo", "datei", "fichier",
                     "arraybuffer", "二进制"), "bytea"),
    **dict.fromkeys(("geography(point)", "geometry", "geography", "lat/lng", "gps coordinates", "geolocation", "geojson", "geography(point, 4326)"), "point"),
}  # fmt: skip
# `identifier` alone says only that it identifies.
for _vague in ("identifier", "unique identifier", "identificador", "identificador único", "eindeutige id"):
    del WORDS[_vague]

# A type that is a key of another system's row, and no PostgreSQL type.
FOREIGN_TYPES = frozenset(
    """objectid mongo.objectid mongoose.types.objectid schema.types.objectid bson.objectid documentreference
    objectid(ref)""".split()
)

# Generic types by what their argument makes of them.
WRAPPERS: dict[str, str] = {
    **dict.fromkeys(("optional", "nullable", "maybe", "option", "mapped", "partial", "nonnull"), "optional"),
    **dict.fromkeys(("list", "array", "set", "sequence", "vec", "collection", "ilist", "icollection", "ienumerable", "mutablelist", "arraylist", "tuple", "frozenset", "iterable", "slice", "arr", "readonlyarray", "lista", "array of", "list of"), "array"),
    **dict.fromkeys(("map", "dict", "record", "dictionary", "hashmap", "mapping", "object", "json", "jsonb"), "json"),
    **dict.fromkeys(("enum", "literal", "choices", "enumeration", "pgenum", "choice"), "enum"),
    **dict.fromkeys(("fk", "foreignkey", "foreign key", "reference", "ref", "references", "relation", "relationship", "onetoonefield", "manytomanyfield", "belongsto", "lookup", "link", "id of", "documentreference", "onetoone", "manytoone"), "reference"),
}  # fmt: skip

ENUM_WORDS = frozenset(
    """enum enumeration enumerated enumerado enumeración enumeração aufzählung énumération 枚举 枚举型 列挙型 列挙 열거형
    перечисление select choice choices dropdown picklist option options union text/enum string/enum enum/text
    enum/string enumtype varchar/enum""".split()
)
# A reference without a type of its own.
REFERENCE_WORDS = frozenset(
    """fk foreignkey foreign-key reference ref relation relationship relación relação beziehung référence 外键 外部キー 引用 参照
    link lookup belongsto referencia referência foreign onetoonefield manytomanyfield relationfield manytoone
    onetoone""".split()
)
