# パートナーのレポート（すべての形式）。

headline = レポート、{ $day }
headline-partner = { $partner } のレポート、{ $day }
page = { $day } のレポート
page-partner = { $partner }：{ $day } のレポート
policies = ポリシー
page-digest = ポリシー { $version }、ダイジェスト { $digest }；{ $engine }。
nothing-told = なし。
note = 注：{ $note }
withheld = 非表示：{ $section }（{ $rule }）
withheld-markdown = 非表示：{ $section }（`{ $rule }`）。
withheld-page = この閲覧者には非表示：{ $section }（{ $rule }）。
section-summary = 概要
section-metrics = 指標
section-history = 履歴
section-due = 今後の予定
section-people = 個人

## 節

title-summary = 概要
title-metrics = 指標
title-history = 履歴
title-due = 今後の予定
title-people = 個人
lead-summary = { $awards } 件。
lead-summary-unknown = { $awards } 件、うち { $unknown } 件は段階が不明。
lead-metrics = 当日の値では、過去 12 か月の指標は直近 12 か月のもの。次の応当日の値では、同じ要件をその日の基準で見る。これからの月はまだないため、その年のこれまでの値となる。
lead-due = { $first } から { $last } まで。伝えられた内容が変わらない場合。
lead-people = 1 人ずつ除いて、保有しているものと要件を充足するものを改めて判定。対象は { $people } 人。
heading-projected = 次の応当日までの見込み（事実に見込みが含まれていないため）
heading-today = { $title }、{ $day } 現在
heading-anniversary_year = { $title }、応当日 { $day } に向けたこれまでの値
heading-ending = 期限を迎える認定資格

## 列見出し

head-awards = 獲得対象
head-award = 獲得対象
head-stage = 段階
head-number = 件数
head-which = 内訳
head-to = 期日
head-known = 確定している変化
head-extrapolated = 継続するとみなすもの
head-attained = 獲得したもの
head-on = 獲得日
head-anniversary = 応当日
head-now = 現在
head-until = 期限
head-day = 日付
head-what = 対象
head-happens = 内容
head-why = 理由
head-metric = 指標
head-is = 現在の値
head-needed = 必要な値
head-short = 不足
head-points = ポイント
head-not_covered = 不明な点
head-person = 個人
head-carries = 1 人で充足している要件
head-without = いない場合
head-through = 最終日
head-ending = 期限を迎える認定資格
head-without_these = これまでの分を含めて失った場合

## 表の内容

not-told = 情報なし
ends = { $day } に終了
nothing-less = 影響なし
held-as = { $is_held ->
    [true] { $award } として保有
   *[unknown] { $award } として保有している可能性
}
all-of-it = 全体
csv-anniversary = 応当日 { $day }
fee = { $amount }{ $is_settled ->
    [yes] {""}
   *[no] 、未確定
}{ $is_today ->
    [yes] 、当日に購入する場合
   *[no] {""}
}
choices = 選択可能：{ $what }
choices-through = 選択可能：{ $what }、{ $day } まで
not-in-force-today = { $day } の時点で規則は施行されていない
not-in-force-anniversary_year = 応当日 { $day } の時点で規則は施行されていない

## 不明な点

gap-history = { $title }：{ $day } の値の情報なし
gap-not-known-yet = { $day } の内容はまだ不明
gap-months = { $title }：{ $first } から { $last } までの月の情報なし
gap-records = { $title }：一覧の情報なし
gap-not-told = { $title }：情報なし
gap-not_known = プログラムの数値が不明
gap-window_open = { $named } より後の内容
gap-no_version = { $named } に施行されている版がない
gap-no_row = 表 `{ $named }` に施行されている行がない
gap-no_value = ゼロ以下からの伸び率、またはゼロ以下による除算には値がない
gap-no_year = 応当日がなければ年度も定まらない
gap-own_day = この確認は、それ自体が決める応当日に基づいている
gap-no_day = 今世紀の応当日
gap-month = 月

## 見込み

projected-facts = { $facts }（{ $day } の値のまま）
projected-certifications = 認定資格 { $count } 件が { $day } より前に期限切れ
projected-gone = { $people } が { $day } までに離職
projected-months = { $records }：{ $first } から { $last } までは { $like_first } から { $like_last } までと同じ
projected-roll-out = { $records }：{ $month } より前の月は直近 12 か月から外れる
projected-marks = { $day } の基準（ただし規則は { $days } に変わる）

## 含まれていないものとその理由

note-timeline = 保有しているものに起こることは確認していない：{ $rules } 件の規則を { $days } 日分判定することになるため
note-money = 料金と選択肢は、変化のある { $days } 日のうち最初の { $first } 日について判定
note-certifications = 認定資格（records/certifications）の情報がない：誰がどの要件を充足しているかは不明
note-people = { $people } 人のうち { $left } 人は除いて判定していない：1 つのレポートで行う判定の数を超えるため
note-endings = { $day } 以降に期限を迎える認定資格の影響は確認していない：1 つのレポートで行う判定の数を超えるため
note-too-little = { $count } 件は情報が足りない：概要にのみ記載。指標を見るには名前を指定する
note-events = { $day } より前の出来事 { $count } 件は読まない：その結果は登録簿にある。`merit timeline --format json` で、その後の登録簿が得られる
note-register = 登録簿（records/awards）の情報がない：何を保有しているかは不明

## 図

chart-stages = 段階別の件数
chart-metrics = 指標と基準
chart-needed = 必要
