# タイムライン：ある日に起こることと、規則の一定期間の状態。

happens-begins = 施行
happens-ends = 失効
happens-attained = 獲得
happens-carried_over = この名称で引き続き保有
happens-lost = 保有しなくなる
happens-perhaps_lost = 保有しなくなる可能性
happens-checked = 確認：{ $is_passed ->
    [true] 合格
    [false] 不合格
   *[unknown] 未確定
}
happens-renewed = 更新：{ $what }
happens-bought = 購入：{ $what }
happens-refused = { $verb ->
    [attains] 獲得
    [buys] 購入
   *[renews] 更新
}：不可、{ $what }
happens-stage = 段階 { $turned }
happens-amount = 金額 { $turned }
happens-options = 選択可能：{ $what }
happens-window_opens = 更新の受付開始
happens-window_closes = 更新の受付終了
happens-fee_due = 本日が支払期日：{ $what }
happens-payment_due = 本日がパートナーへの支払日：{ $what }
happens-level = レベル { $turned }
next-check = 次の確認 { $day }
none = なし

## 補足

saying-rule_ended = 規則の終了
saying-ended = 終了
saying-not_renewed = 更新なし
saying-perhaps_held = 引き続き保有しているかは不明
saying-held_already = { $day } からすでに保有
saying-on_the_day = 当日は{ $outcome }
saying-next_anniversary = 次の応当日 { $day }
saying-not_held = 当日は保有していない
saying-outside_window = 更新できる期間外
saying-check_not_passed = 確認に合格していない
saying-no_choice = 1 年間；当日の選択肢にはない
saying-bought = { $day } まで
saying-bought-and-pays = { $day } まで；支払い { $what }

## 規則の状態

state-not_in_force = 施行されていない
state-held = { $is_held ->
    [true] 保有
    [false] 保有していない
   *[unknown] 保有しているかは不明
}
state-held-at = { $level }で保有
state-points = { $points } ポイント、必要 { $needed }
state-options = 選択可能：{ $what }
nothing = なし

## 個人

person-earned = { $certification } を取得、対象：{ $lists }
person-joined = { $certification } を持って加入、対象：{ $lists }
person-listed = { $certification } が対象に加わる：{ $lists }
person-expired = { $certification } が期限切れとなり、対象から外れる：{ $lists }
person-left = 離脱により { $certification } が対象から外れる：{ $lists }
person-unlisted = { $certification } が一覧から除かれ、対象から外れる：{ $lists }
column-people = 個人

## テキストとページ

nothing-changes = { $first } から { $last } まで変化なし
from-to = { $first } ～ { $last }
days-looked-at = { $days } 日分を確認；{ $digest }
column-day = 日付
column-rule = 規則
column-happens = 起こること
column-why = 理由
column-held = 保有
column-from = 開始
column-through = 終了
perhaps = { $title }（可能性あり）

## 図

drawing = タイムライン、{ $days }
drawing-bought = 購入
drawing-held = 保有
drawing-perhaps_held = 保有の可能性
drawing-met = 要件充足
drawing-not_met = 未充足
drawing-not_known = 不明
drawing-state = { $said }、{ $days }
drawing-points = { $figure } ポイント
drawing-points-between = { $low } ～ { $high } ポイント
drawing-needed = 必要 { $figure }
