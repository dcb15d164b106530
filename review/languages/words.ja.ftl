# レポート、タイムライン、判定に共通する語句。

comma = 、
semicolon = ；
or = または
and = と
all-of = { $told }、{ $last }
stop = 。
of = { $title }：{ $said }
turned = { $before } → { $after }
with-level = { $title }（{ $level }）
in-brackets = { $said }（{ $more }）
and-so = { $said }（{ $more }）
more-than-told = { $told }、ほか { $count } 件
more = ほか { $count } 件
number-of = { $name } { $figure }

## 数値

unknown = 不明
never = なし
truth = { $is_so ->
    [true] はい
    [false] いいえ
   *[unknown] 不明
}
at-least = { $low }以上
at-most = { $high }以下
between = { $low } ～ { $high }
out-of = { $points } / { $most }
points = { $figure } ポイント
one-point = 1 ポイント
people = { $figure } 人
with-unit = { $figure } { $unit }
unit-customers = 社（顧客）
unit-engagements = 件（案件）
unit-of_these = 件（このうち）
unit-services = 種（サービス）
asked = { $kind ->
    [holds] { $name } の保有
    [qualifies] { $name } の要件を満たすこと
    [any_day] いつでもよい：応当日がないため
   *[not] 該当しないこと
}
days = { $has ->
    [first] { $first } から
    [last] { $last } まで
    [both] { $first } から { $last } まで
   *[none] 常時
}
provisional = { $said }（暫定）
title-in_force = 施行
title-days_for_the_choice = 選択できる期間
title-amount = 金額
title-value = 値
title-due_day = 支払期日
required = 要件 { $what }
digest = ポリシー { $version }、ダイジェスト { $digest }；{ $engine }

## 判定

outcome-met = 充足
outcome-partly_met = 一部充足
outcome-unmet = 未充足
outcome-undetermined = 未確定
outcome-eligible = 資格あり
outcome-not_eligible = 資格なし
outcome-no_award = 認定の対象外
outcome-not_in_force = 施行されていない
held = { $is_held ->
    [true] 保有
    [false] 保有していない
   *[unknown] 不明
}
stage-not_started = 未着手
stage-started = 着手済み
stage-in_progress = 進行中
stage-qualified = 要件充足
stage-enrolled = 登録済み
stage-active = 有効
stage-renewal_due = 更新時期
stage-at_risk = リスクあり
stage-lost = 喪失
stage-expired = 期限切れ
stage-undetermined = 未確定
kind-competency = コンピテンシー
kind-designation = 称号
kind-specialization = スペシャライゼーション
kind-program = プログラム
level-silver = Silver
level-gold = Gold
option-no_choice = 選択なし

## どのプログラムにもある一覧と項目

list-awards = 獲得の登録簿
list-certifications = 個人の認定資格
field-award = 獲得したもの
field-level = レベル
field-attained = 獲得日
field-anniversary = 次の応当日（確認の日）
field-ended = 保有しなくなった最初の日、またはなし
field-benefits = あわせて購入した特典、またはなし
field-person = 個人
field-certification = 認定資格
field-earned = 取得日
field-expires = 有効な最後の日、またはなし
named-award = 獲得したもの
named-certification = 認定資格
named-benefit = 特典
